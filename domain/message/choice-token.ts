/**
 * What goes out for a choice whose id is too long for the provider: its number, which counts as the choice like a typed one. Where
 * another choice has that very id, the number with a mark.
 */
export function choiceToken(index: number, choices: readonly { readonly id: string }[]): string {
  const number = String(index + 1);
  return choices.some(({ id }) => id === number) ? `#${number}` : number;
}
