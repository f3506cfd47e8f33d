/**
 * The standard operators of opsets 7 to 21 by the opset that brought them (7: it or an earlier one). What changed in
 * an operator afterwards stands in the tables of rewritings; a change that is not there adds data types only.
 */
const arrivals: Readonly<Record<number, string>> = {
  7: `
    Abs Acos Add And ArgMax ArgMin Asin Atan AveragePool BatchNormalization Cast Ceil Clip Concat
    Constant Conv ConvTranspose Cos DepthToSpace Div Dropout Elu Equal Exp Flatten Floor GRU Gather Gemm
    GlobalAveragePool GlobalLpPool GlobalMaxPool Greater HardSigmoid Hardmax Identity If
    InstanceNormalization LRN LSTM LeakyRelu Less Log LogSoftmax Loop LpNormalization LpPool MatMul Max
    MaxPool MaxRoiPool Mean Min Mul Multinomial Neg Not Or PRelu Pad Pow RNN RandomNormal
    RandomNormalLike RandomUniform RandomUniformLike Reciprocal ReduceL1 ReduceL2 ReduceLogSum
    ReduceLogSumExp ReduceMax ReduceMean ReduceMin ReduceProd ReduceSum ReduceSumSquare Relu Reshape
    Selu Shape Sigmoid Sin Size Slice Softmax Softplus Softsign SpaceToDepth Split Sqrt Squeeze Sub Sum
    Tan Tanh Tile TopK Transpose Unsqueeze Upsample Xor
  `,
  8: `
    Expand Scan
  `,
  9: `
    Acosh Asinh Atanh Compress ConstantOfShape Cosh Erf EyeLike IsNaN MaxUnpool
    MeanVarianceNormalization NonZero OneHot Scatter Shrink Sign Sinh TfIdfVectorizer Where
  `,
  10: `
    ConvInteger DequantizeLinear IsInf MatMulInteger Mod NonMaxSuppression QLinearConv QLinearMatMul
    QuantizeLinear Resize ReverseSequence RoiAlign StringNormalizer ThresholdedRelu
  `,
  11: `
    BitShift ConcatFromSequence CumSum Det DynamicQuantizeLinear GatherElements GatherND Range Round
    ScatterElements ScatterND SequenceAt SequenceConstruct SequenceEmpty SequenceErase SequenceInsert
    SequenceLength SplitToSequence Unique
  `,
  12: `
    Celu Einsum GreaterOrEqual LessOrEqual NegativeLogLikelihoodLoss SoftmaxCrossEntropyLoss
  `,
  14: `
    HardSwish Trilu
  `,
  15: `
    Bernoulli CastLike Optional OptionalGetElement OptionalHasElement
  `,
  16: `
    GridSample
  `,
  17: `
    BlackmanWindow DFT HammingWindow HannWindow LayerNormalization MelWeightMatrix STFT SequenceMap
  `,
  18: `
    BitwiseAnd BitwiseNot BitwiseOr BitwiseXor CenterCropPad Col2Im GroupNormalization Mish
  `,
  19: `
    DeformConv
  `,
  20: `
    AffineGrid Gelu ImageDecoder RegexFullMatch StringConcat StringSplit
  `,
};

/** Operators that later opsets took away, by the first opset without them. */
const departures: Readonly<Record<string, number>> = {
  Scatter: 11,
  Upsample: 10,
};

const firstOpset = new Map(
  Object.entries(arrivals).flatMap(([opset, names]) =>
    names
      .trim()
      .split(/\s+/)
      .map((name): [string, number] => [name, Number(opset)]),
  ),
);

/** The opset that brought a standard operator (7 for it and earlier ones), or undefined where there is none. */
export function arrivalOf(operator: string): number | undefined {
  return firstOpset.get(operator);
}

/** Whether an opset has the operator. */
export function isInOpset(operator: string, opset: number): boolean {
  const first = firstOpset.get(operator);
  return first !== undefined && first <= opset && opset < (departures[operator] ?? Infinity);
}
