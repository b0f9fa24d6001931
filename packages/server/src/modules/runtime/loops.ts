/** The loops of this room, by the names of their keys in the table of work. */
export const placementReconciler = 'placement';
export const taskReconciler = 'task';
export const scheduleReconciler = 'schedule';
export const expiryReconciler = 'expiry';
