import { createContext } from 'preact';
import { useContext } from 'preact/hooks';
import type { Chat } from '../chat-state';
import type { Labels } from '../labels';

/** What every part of the widget may need. */
export interface WidgetContext {
  readonly chat: Chat;
  readonly labels: Labels;
  /** BCP 47, for times, dates and numbers. */
  readonly locale: string;
}

export const Widget = createContext<WidgetContext | null>(null);

/** The widget's context. Throws outside of it. */
export function useWidget(): WidgetContext {
  const context = useContext(Widget);
  if (!context) throw new Error('used outside the widget');
  return context;
}
