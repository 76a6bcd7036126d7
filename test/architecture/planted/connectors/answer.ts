export interface Question {
  readonly text: string;
}
export interface Answer {
  readonly text: string;
}
export const answer: Answer = { text: 'yes' };
