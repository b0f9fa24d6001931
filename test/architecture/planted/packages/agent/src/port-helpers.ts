// violates: words
export const door = 'door';
