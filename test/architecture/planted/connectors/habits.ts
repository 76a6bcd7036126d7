import { type Answer, answer } from './answer';
import { Question } from './answer'; // biome: lint/style/useImportType

export function ask(question: Question): Answer {
  console.log(question); // biome: lint/suspicious/noConsole
  const key = process.env['KEY']; // biome: lint/style/noProcessEnv
  void fetch(`https://provider.example/${key}`); // biome: lint/style/noRestrictedGlobals
  return answer;
}
