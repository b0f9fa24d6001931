import { z } from 'zod';

/** What the platform reads of the engine's answers; the rest is left alone. */
export const CreatedContainer = z.object({ Id: z.string() });

export const ListedContainer = z.object({
  Id: z.string(),
  Names: z.array(z.string()).default([]),
  State: z.string(),
  Labels: z.record(z.string(), z.string()).nullish(),
});
export type ListedContainer = z.infer<typeof ListedContainer>;

export const InspectedContainer = z.object({
  Id: z.string(),
  Name: z.string(),
  Image: z.string(),
  RestartCount: z.number().optional(),
  State: z.object({
    Status: z.string(),
    Running: z.boolean(),
    OOMKilled: z.boolean(),
    Pid: z.number(),
    ExitCode: z.number(),
    Error: z.string(),
  }),
  Config: z.object({ Labels: z.record(z.string(), z.string()).nullish() }),
  NetworkSettings: z.object({
    Networks: z.record(z.string(), z.object({ IPAddress: z.string() })).nullish(),
  }),
});
export type InspectedContainer = z.infer<typeof InspectedContainer>;

export const ListedNetwork = z.object({
  Id: z.string(),
  Name: z.string(),
  Labels: z.record(z.string(), z.string()).nullish(),
});

export const InspectedNetwork = ListedNetwork.extend({
  IPAM: z.object({ Config: z.array(z.object({ Gateway: z.string().optional() })).nullish() }),
  Containers: z.record(z.string(), z.unknown()).nullish(),
});

export const ListedImage = z.object({
  Id: z.string(),
  RepoTags: z.array(z.string()).nullish(),
  Labels: z.record(z.string(), z.string()).nullish(),
});
export type ListedImage = z.infer<typeof ListedImage>;

export const InspectedImage = z.object({
  Id: z.string(),
  RepoDigests: z.array(z.string()).nullish(),
  Created: z.string().optional(),
  Config: z
    .object({
      User: z.string().nullish(),
      WorkingDir: z.string().nullish(),
      StopSignal: z.string().nullish(),
      ExposedPorts: z.record(z.string(), z.unknown()).nullish(),
      Cmd: z.array(z.string()).nullish(),
      Entrypoint: z.array(z.string()).nullish(),
      Labels: z.record(z.string(), z.string()).nullish(),
    })
    .nullish(),
});
export type InspectedImage = z.infer<typeof InspectedImage>;

export const EngineFacts = z.object({
  ServerVersion: z.string(),
  InitCommit: z.object({ ID: z.string() }).nullish(),
  MemoryLimit: z.boolean().optional(),
  PidsLimit: z.boolean().optional(),
  SwapLimit: z.boolean().optional(),
  CpuCfsQuota: z.boolean().optional(),
});

export const EngineEvent = z.object({
  Action: z.string(),
  Actor: z.object({ ID: z.string() }),
});
