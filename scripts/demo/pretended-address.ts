/** Where `npm run demo` pretends to be Twilio. `npm start` lets a Parley with embedded servers call it, and nothing else that is private. */
export const PRETENDED_TWILIO = { port: 8099, host: '127.0.0.1:8099' } as const;
