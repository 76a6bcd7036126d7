import { Body } from '../domain/schema';

export async function withSchemaWorkflow(): Promise<string> {
  return Body.parse('x');
}
