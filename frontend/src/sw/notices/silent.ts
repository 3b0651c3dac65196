// In the place of the app's words (vite.notices.config.ts): what the exchange with the server says, nobody reads here.
export const say = (key: string): string => key;
export const sayCode = (_part: string, _code: string, message: string): string => message;
