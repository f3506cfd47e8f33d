/** Finds the model file and the card behind a path: a card names its file, a file may have a card beside it. */
import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import { InputError } from '../core/errors.ts';
import {
  checkModelCard,
  confinedWeightsPath,
  isModelCard,
  sidecarPaths,
  weightsPath,
} from './card/model-card-file.ts';
import type { ModelCard } from './card/model-card.ts';
import { presentWeights } from './card/pending-weights.ts';
import { openFile, readModelFile } from './file.ts';
import type { FileSettings, ModelFile } from './file.ts';

export interface LocatedModel {
  /** Where the model file itself is. */
  readonly path: string;
  readonly file: ModelFile;
  readonly card?: { readonly path: string; readonly content: ModelCard };
}

/**
 * Reads what a path names: a model file, or a model card and the file it names. The card beside a model file (see
 * `sidecarPaths`) is taken into account where it names that very file.
 *
 * @throws InputError when a file is missing, damaged or of an unknown format, or the weights are not those whose
 * hash the card gives
 */
export async function locateModel(path: string, settings: FileSettings): Promise<LocatedModel> {
  const opened = await openFile(path);
  if (opened.kind === 'json' && isModelCard(opened.json)) {
    const content = await checkModelCard(path, opened.json);
    const weights = confinedWeightsPath(path, content);
    const inner = await openFile(presentWeights(weights, content));
    if (inner.kind === 'json' && isModelCard(inner.json)) {
      throw new InputError(
        `${path}: its weights file ${weights} is a model card itself; name the model file`,
      );
    }
    return located(weights, await readModelFile(weights, inner, withCard(settings, content)), {
      path,
      content,
    });
  }
  const card = await cardBeside(path);
  const present = card === undefined ? path : presentWeights(path, card.content);
  const meant = present === path ? opened : await openFile(present);
  const file = await readModelFile(path, meant, withCard(settings, card?.content));
  return card === undefined ? { path, file } : located(path, file, card);
}

function withCard(settings: FileSettings, card: ModelCard | undefined): FileSettings {
  return { ...settings, inputShape: settings.inputShape ?? card?.input.shape };
}

async function cardBeside(path: string): Promise<LocatedModel['card']> {
  for (const beside of sidecarPaths(path)) {
    if (resolve(beside) === resolve(path) || !existsSync(beside)) continue;
    const json = await jsonOf(beside);
    if (!isModelCard(json) && !beside.endsWith('.card.json')) continue;
    const content = await checkModelCard(beside, json);
    if (resolve(weightsPath(beside, content)) === resolve(path)) return { path: beside, content };
  }
  return undefined;
}

/** What a file holds as JSON; undefined where it holds none, since a neighbour may be anything. */
async function jsonOf(path: string): Promise<unknown> {
  try {
    const opened = await openFile(path);
    return opened.kind === 'json' ? opened.json : undefined;
  } catch (error) {
    if (error instanceof InputError) return undefined;
    throw error;
  }
}

function located(path: string, file: ModelFile, card: NonNullable<LocatedModel['card']>): LocatedModel {
  const { sha256 } = card.content.weights;
  if (sha256 !== undefined && sha256 !== file.sha256) {
    throw new InputError(
      `${path}: its weights have the SHA-256 ${file.sha256}, and the card ${card.path} says ${sha256}; restore the file or correct the card`,
    );
  }
  return { path, file, card };
}
