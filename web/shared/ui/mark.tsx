/** Parley's sign: two who speak. */
export function Mark({ size = 28 }: { size?: number }) {
  return (
    <svg className="mark" width={size} height={size} viewBox="0 0 32 32" aria-hidden="true">
      <path className="mark-back" d="M12 9h14a4 4 0 0 1 4 4v7a4 4 0 0 1-4 4h-1v5l-6-5h-7z" />
      <path
        className="mark-front"
        d="M6 3h13a4 4 0 0 1 4 4v6a4 4 0 0 1-4 4h-8l-6 5v-5.1A4 4 0 0 1 2 13V7a4 4 0 0 1 4-4z"
      />
    </svg>
  );
}
