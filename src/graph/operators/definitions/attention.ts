/** Attention. */
import { attentionExpansions } from '../expansions/attention.ts';
import type { Definitions } from '../definition.ts';

export const attentionDefinitions = {
  Attention: {
    since: 23,
    inputs: [3, 7],
    attributes: {
      is_causal: 0,
      left_window_size: -1,
      qk_matmul_output_mode: 0,
      right_window_size: -1,
      softcap: 0,
    },
    expansion: attentionExpansions.Attention,
  },
  RotaryEmbedding: {
    since: 23,
    inputs: [3, 4],
    attributes: { interleaved: 0, rotary_embedding_dim: 0 },
    expansion: attentionExpansions.RotaryEmbedding,
  },
} satisfies Definitions;
