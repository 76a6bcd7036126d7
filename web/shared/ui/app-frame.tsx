import { createTheme, DirectionContext, MantineProvider } from '@mantine/core';
import { QueryClient, QueryClientProvider } from '@tanstack/react-query';
import { type ReactNode, useMemo } from 'react';
import { createRoot } from 'react-dom/client';
import { ApiError } from '../api';
import { firstLocale, LocaleProvider, useLocale } from '../i18n/locale';
import { watchReadings } from './readings';
import './mantine';
import './theme.css';

const THEME = createTheme({
  primaryColor: 'teal',
  respectReducedMotion: true,
  cursorType: 'pointer',
  fontFamily: 'system-ui, "Segoe UI", "Noto Sans", "Noto Sans Arabic", sans-serif',
  components: {
    Tooltip: {
      defaultProps: { openDelay: 300, events: { hover: true, focus: true, touch: false } },
    },
    // Locking the page's scroll writes a style sheet, which the page's policy forbids; nothing behind a dialog scrolls here.
    Modal: { defaultProps: { lockScroll: false, centered: true } },
  },
});

const queries = new QueryClient({
  defaultOptions: {
    queries: {
      staleTime: 5000,
      retry: (count, error) => error instanceof ApiError && error.passing && count < 3,
    },
    mutations: { retry: false },
  },
});

watchReadings(queries);

/** Draws a page: theme, language, cache. Mantine's own style sheets are files; it writes none into the page. */
export async function drawPage(page: ReactNode): Promise<void> {
  const root = document.getElementById('root');
  if (!root) throw new Error('the page has no #root');
  const first = await firstLocale();
  createRoot(root).render(
    <LocaleProvider first={first}>
      <Themed>
        <QueryClientProvider client={queries}>{page}</QueryClientProvider>
      </Themed>
    </LocaleProvider>,
  );
}

function Themed({ children }: { children: ReactNode }) {
  const { dir } = useLocale();
  // The language alone decides, and the page stays as it is: what was begun in it is not lost by reading it in another one.
  const direction = useMemo(
    () => ({ dir, setDirection: () => undefined, toggleDirection: () => undefined }),
    [dir],
  );
  return (
    <DirectionContext value={direction}>
      <MantineProvider
        theme={THEME}
        defaultColorScheme="auto"
        withCssVariables={false}
        withGlobalClasses={false}
      >
        {children}
      </MantineProvider>
    </DirectionContext>
  );
}
