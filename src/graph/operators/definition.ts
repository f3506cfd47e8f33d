/**
 * What the toolkit knows of a standard operator. definitions/ holds one definition an operator, by family; the rules
 * that it names stand beside it: types in shapes/, expansions in expansions/, rows in rows/. Gradients are rules of
 * autodiff/, and kernels of the engines.
 */
import type { ShapeRule } from '../shapes/application.ts';
import type { RowRule } from '../rows/site.ts';
import type { Expansion, Form } from './expansion.ts';

export type Default = number | string | readonly number[] | readonly string[];

/** An operator of the standard's own domain: others are not read. */
export interface Definition {
  /** The opset that brought it; 7, the oldest that is read, where an earlier one did. */
  readonly since: number;
  /** The first opset without it. */
  readonly until?: number;
  /** The least and the greatest number of inputs. */
  readonly inputs: readonly [number, number];
  /**
   * The attributes that may be left out, with what they are then: in OPSET, or in the opset that brought operator or
   * attribute. Attributes that have to be there, or mean something of their own where they are not, are none of them.
   */
  readonly attributes?: Readonly<Record<string, Default>>;
  /** The types of its outputs. An operator without it is held by no graph: it is written out or refused. */
  readonly types?: ShapeRule;
  /** The operators that it can be written as. */
  readonly expansion?: Expansion;
  /** The forms that no graph holds, though others of the operator are held: they are written out. */
  readonly unheld?: Form;
  /** The forms that graphs hold, because a rule knows them by name, and files of OPSET do not: written out in these. */
  readonly unwritable?: Form;
  /** Where the examples of a batch lie in its outputs. Of an operator without it nothing is known: it may mix them. */
  readonly rows?: RowRule;
  /** Whether it draws its result by chance: no two evaluations are the same. */
  readonly isRandom?: true;
}

export type Definitions = Readonly<Record<string, Definition>>;
