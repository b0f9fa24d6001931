// violates: nothing
export const door = 'door';
