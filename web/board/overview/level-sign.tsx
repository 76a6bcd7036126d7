import { CircleCheck, OctagonAlert, TriangleAlert } from 'lucide-react';
import { useLocale } from '../../shared/i18n/locale';
import type { Level } from '../levels';

/** How urgent: a shape, a word and a colour. */
export function LevelSign({ level }: { level: Level }) {
  const { t } = useLocale();
  const Icon = { OK: CircleCheck, WARNING: TriangleAlert, CRITICAL: OctagonAlert }[level];
  return (
    <span className="tag" data-level={level}>
      <Icon aria-hidden size={13} />
      {t(`level.${level}`)}
    </span>
  );
}
