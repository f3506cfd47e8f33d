/**
 * The types of a label file. Generated from label-file.schema.json by scripts/generate-types.js: change the schema
 * and run `node scripts/generate-types.js`.
 */

/** The format and version that this toolkit writes and reads. */
export const labelFileSchemaId = 'robust-bench/labels/1';

/**
 * Labels given to the examples of a data set in place of its own, and which of them were drawn at random.
 */
export interface LabelFileJson {
  /**
   * The format of this file and its version.
   */
  schema: 'robust-bench/labels/1';
  /**
   * What wrote the file.
   */
  tool: {
    /**
     * The program.
     */
    name: string;
    /**
     * Its version.
     */
    version: string;
  };
  /**
   * The data set that the labels are for, as it is before they are given.
   */
  data: {
    /**
     * The format it was opened by, without a path, e.g. cifar10 or idx.
     */
    specification: string;
    /**
     * The part of the data set, e.g. train.
     */
    split: string;
    /**
     * SHA-256, hexadecimal, of the inputs and the true labels in order.
     */
    sha256: string;
    /**
     * The number of classes.
     */
    classes: number;
    /**
     * The number of examples in the split.
     */
    size: number;
  };
  /**
   * How the labels were drawn.
   */
  corruption: {
    /**
     * The root of every draw.
     */
    seed: string | number;
    /**
     * Which label a masked example gets: any class (uniform), any other class (symmetric), the next class (pair-flip), one by the matrix (class-conditional).
     */
    mode: 'uniform' | 'symmetric' | 'pair-flip' | 'class-conditional';
    /**
     * The asked fraction of masked examples; null for class-conditional, whose matrix says it.
     */
    rate: number | null;
    /**
     * Whether exactly round(rate · size) examples were masked, or each with that probability.
     */
    exact: boolean;
    /**
     * For class-conditional, row i holds the probabilities of the labels that class i is given; else null.
     */
    matrix: number[][] | null;
  };
  /**
   * What came of it.
   */
  counts: {
    /**
     * The number of examples whose label was drawn.
     */
    masked: number;
    /**
     * The number of examples whose given label differs from the true one.
     */
    changed: number;
  };
  /**
   * Which examples were masked: one bit each, lowest bit of the first byte first, in base64.
   */
  masked: string;
  /**
   * The given label of every example, in the order of the data set.
   */
  labels: number[];
}
