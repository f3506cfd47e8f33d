/** Damaged files of every kind are read or refused in one line; scripts/fuzz.ts goes on where this stops. */
import assert from 'node:assert/strict';
import { join } from 'node:path';
import { test } from 'node:test';
import { temporaryFolder } from '../data/synthetic.ts';
import { damagedFiles } from './reader.ts';
import { readers } from './readers.ts';
import { runInput, writeInput } from './run-input.ts';

const seed = 1;
const inputs = 40;

for (const reader of readers) {
  test(`${reader.name}: whole files are read, damaged ones read or refused`, async () => {
    const place = temporaryFolder();
    let number = 0;
    // A place of its own: what is known of a file stays known of its path.
    const fresh = () => join(place, String(number++));
    let readable = 0;
    for (const sample of await reader.samples()) {
      const files = { ...sample };
      for (const name of Object.keys(files)) {
        if (reader.seal !== undefined) files[name] = await reader.seal(name, files[name]!);
      }
      const folder = fresh();
      writeInput(folder, files);
      const outcome = await runInput(reader, folder);
      assert.notEqual(outcome.kind, 'exception', outcome.message);
      if (outcome.kind === 'read') readable++;
    }
    // Some samples are refused for what they hold; a reader that refuses everything would not be tried at all.
    assert.ok(readable > 0, 'none of the samples is read');
    for (let index = 0; index < inputs; index++) {
      const folder = fresh();
      writeInput(folder, await damagedFiles(reader, seed, index));
      const { kind, message, durationMs } = await runInput(reader, folder);
      assert.notEqual(kind, 'exception', `input ${String(index)}: ${message}`);
      assert.ok(durationMs < 5_000, `input ${String(index)} took ${String(durationMs)} ms`);
    }
  });
}
