export const routes = 1;
export type Routes = typeof routes;
