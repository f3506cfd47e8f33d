/** The field numbers of the ONNX protocol buffers (onnx.proto3) that this toolkit reads or writes. */

export const modelField = {
  irVersion: 1,
  producerName: 2,
  producerVersion: 3,
  graph: 7,
  opsetImport: 8,
  metadata: 14,
  functions: 25,
} as const;

export const opsetField = { domain: 1, version: 2 } as const;

/** FunctionProto. */
export const functionField = {
  name: 1,
  input: 4,
  output: 5,
  node: 7,
  opsetImport: 9,
  domain: 10,
  /** Attributes with default values. */
  attributeDefault: 11,
  overload: 13,
} as const;

/** StringStringEntryProto. */
export const entryField = { key: 1, value: 2 } as const;

export const graphField = {
  node: 1,
  name: 2,
  initializer: 5,
  input: 11,
  output: 12,
  valueInfo: 13,
  sparseInitializer: 15,
} as const;

export const nodeField = {
  input: 1,
  output: 2,
  name: 3,
  operator: 4,
  attribute: 5,
  domain: 7,
  overload: 8,
} as const;

export const attributeField = {
  name: 1,
  float: 2,
  int: 3,
  string: 4,
  tensor: 5,
  graph: 6,
  floats: 7,
  ints: 8,
  strings: 9,
  type: 20,
  referredAttribute: 21,
  sparseTensor: 22,
} as const;

/** AttributeProto.AttributeType. */
export const attributeType = {
  float: 1,
  int: 2,
  string: 3,
  tensor: 4,
  graph: 5,
  floats: 6,
  ints: 7,
  strings: 8,
  sparseTensor: 11,
  type: 13,
} as const;

/** SparseTensorProto. */
export const sparseTensorField = { values: 1, indices: 2, dims: 3 } as const;

export const tensorField = {
  dims: 1,
  dataType: 2,
  segment: 3,
  floatData: 4,
  int32Data: 5,
  stringData: 6,
  int64Data: 7,
  name: 8,
  rawData: 9,
  doubleData: 10,
  uint64Data: 11,
  externalData: 13,
  dataLocation: 14,
} as const;

export const valueField = { name: 1, type: 2 } as const;

/** TypeProto; the other kinds (sequence, map, optional, sparse) have other numbers. */
export const typeField = { tensor: 1, sequence: 4, map: 5, sparseTensor: 8, optional: 9 } as const;

/** TypeProto.Tensor. */
export const tensorTypeField = { elementType: 1, shape: 2 } as const;

export const shapeField = { dimension: 1 } as const;

export const dimensionField = { value: 1, parameter: 2 } as const;
