/** Hosts that nobody but this machine reaches. */
export const loopback = /^(localhost|::1|\[::1\]|127(\.\d{1,3}){3})$/i;
