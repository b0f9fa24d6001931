// violates: nothing
setImmediate(() => undefined);
