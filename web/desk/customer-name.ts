import type { useLocale } from '../shared/i18n/locale';
import type { Customer } from '../shared/model';

/** What a customer is called; one who was erased, and one who is not there yet, has no name. */
export function nameOf(
  customer: Pick<Customer, 'name' | 'erasedAt'> | undefined,
  t: ReturnType<typeof useLocale>['t'],
): string {
  return customer?.name ?? t(customer?.erasedAt ? 'customer.erased' : 'customer.unknown');
}
