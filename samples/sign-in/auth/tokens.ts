export const lifetimes = { access: 600, refresh: 2_592_000 };
