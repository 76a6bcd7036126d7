import { useCallback, useLayoutEffect, useRef } from 'react';

/** Tells what a value is by now. Always the same function, so that who gets it need not be drawn anew for each value. */
export function useLatest<T>(value: T): () => T {
  const latest = useRef(value);
  useLayoutEffect(() => {
    latest.current = value;
  });
  return useCallback(() => latest.current, []);
}
