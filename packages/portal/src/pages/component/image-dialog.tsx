import {
  deliveryApi,
  endpointPath,
  type ReleaseImageView,
  type ReleaseView,
} from '@pltf/contracts';
import { useQuery } from '@tanstack/react-query';
import { Download } from 'lucide-react';
import type { ReactNode } from 'react';
import { useClient } from '../../api/client-context.ts';
import { releaseImageQuery } from '../../api/queries.ts';
import { Button } from '../../parts/button.tsx';
import { CopyLine } from '../../parts/copy.tsx';
import { Dialog } from '../../parts/dialog.tsx';
import { Notice, ProblemNotice } from '../../parts/notice.tsx';
import { SkeletonLines } from '../../parts/skeleton.tsx';

interface ImageDialogProps {
  readonly release: ReleaseView;
  readonly onClose: () => void;
}

/** The image of a release: its name by digest, what is in it, and where it came from. */
export function ImageDialog({ release, onClose }: ImageDialogProps): ReactNode {
  const { component, number } = release;
  const { data, error } = useQuery(releaseImageQuery(useClient(), component, number));
  return (
    <Dialog title={`Image of release #${number}`} onClose={onClose} wide>
      <div className="dialog-body dialog-form">
        {data !== undefined ? (
          <Image image={data} />
        ) : error === null ? (
          <SkeletonLines lines={3} />
        ) : (
          <ProblemNotice error={error} />
        )}
      </div>
      <div className="dialog-foot">
        <Button onClick={onClose}>Close</Button>
      </div>
    </Dialog>
  );
}

function Image({ image }: { readonly image: ReleaseImageView }): ReactNode {
  const { state, reference, id, reason } = image;
  if (state === 'building') return <p>It is being built.</p>;
  if (reason !== undefined)
    return (
      <Notice tone="bad" title={reason.detail}>
        <p className="quiet">{reason.fix}</p>
        {reason.log.length === 0 ? null : <pre className="excerpt">{reason.log.join('\n')}</pre>}
      </Notice>
    );
  const name = reference ?? id;
  return (
    <>
      <div className="stack-tight">
        <p className="small strong">
          {reference === undefined ? 'Id in the engine; it is in no registry' : 'Name, by digest'}
        </p>
        {name === undefined ? null : <CopyLine text={name} what="image by its digest" wrap />}
      </div>
      <Documents image={image} />
    </>
  );
}

function Documents({ image }: { readonly image: ReleaseImageView }): ReactNode {
  const { component, release } = image;
  const params = { component, release };
  const name = `${component}-${release}`;
  return (
    <p className="row row-wrap">
      <a
        className="button button-small"
        href={endpointPath(deliveryApi.getReleaseSbom, { params })}
        download={`${name}.cdx.json`}
      >
        <Download size={14} aria-hidden /> What is in it (SBOM)
      </a>
      <a
        className="button button-small"
        href={endpointPath(deliveryApi.getReleaseProvenance, { params })}
        download={`${name}.intoto.json`}
      >
        <Download size={14} aria-hidden /> Where it came from (provenance)
      </a>
    </p>
  );
}
