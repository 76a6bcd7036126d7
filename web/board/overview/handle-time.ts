/** Mean handle time of an agent's day in seconds (domain.md section 12); null before anything has been finished. */
export function meanHandleSeconds({
  answered,
  handleSeconds,
}: {
  readonly answered: number;
  readonly handleSeconds: number;
}): number | null {
  return answered > 0 && handleSeconds > 0 ? handleSeconds / answered : null;
}
