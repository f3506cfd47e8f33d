/** `robust-bench attack`: its options are in ../arguments/attack.ts, the work is in ../run/attack.ts, loaded when asked for. */
import type { Argv } from 'yargs';
import { attackOptions } from '../arguments/attack.ts';
import type { CommandContext } from '../command-context.ts';
import { examples } from '../examples.ts';

export function addAttackCommand(parser: Argv, context: CommandContext): void {
  parser.command(
    'attack',
    'Measure the error of models on adversarial examples',
    (command) =>
      command.options(attackOptions).epilogue(
        examples([
          ['White box, on the data that the card names', 'attack --model m.json --method ifgsm'],
          ['Black box: a makes the examples', 'attack --source a.json --target b.json --target c.json'],
          ['Both, and the result as a file', 'attack --model a.json b.json --source a.json --out r.json'],
          [
            'A file without a card',
            'attack --model m.onnx --bounds 0,1 --data cifar10:DIR --eps 8/255 --limit 1000',
          ],
        ]),
      ),
    async (argv) => {
      const { runAttack } = await import('../run/attack.ts');
      await runAttack(argv, context);
    },
  );
}
