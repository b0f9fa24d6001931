import { useQuery } from '@tanstack/react-query';
import type { ReactNode } from 'react';
import { useClient } from '../../api/client-context.ts';
import { Button } from '../../parts/button.tsx';
import { CopyLine } from '../../parts/copy.tsx';
import { Dialog } from '../../parts/dialog.tsx';
import { Notice, ProblemNotice } from '../../parts/notice.tsx';
import { SkeletonLines } from '../../parts/skeleton.tsx';

interface SignInLinkProps {
  readonly user: string;
  readonly onClose: () => void;
}

/** Makes a link for somebody and shows it. */
export function SignInLink({ user, onClose }: SignInLinkProps): ReactNode {
  const client = useClient();
  const link = useQuery({
    queryKey: ['sign-in-link', user],
    queryFn: () => client.createSignInLink({ body: { user } }),
    gcTime: 0,
    retry: false,
  });
  return (
    <Dialog title={`Sign-in link for ${user}`} onClose={onClose}>
      <div className="dialog-body dialog-form">
        {link.data === undefined ? (
          link.error === null ? (
            <SkeletonLines lines={2} />
          ) : (
            <ProblemNotice error={link.error} />
          )
        ) : (
          <LinkToGive url={link.data.url} user={user} />
        )}
      </div>
      <div className="dialog-foot">
        <Button look="primary" onClick={onClose}>
          Done
        </Button>
      </div>
    </Dialog>
  );
}

/** The link, and what the one who hands it over should know. */
export function LinkToGive({
  url,
  user,
}: {
  readonly url: string;
  readonly user: string;
}): ReactNode {
  return (
    <>
      <Notice tone="good" title={`Give this to ${user}`}>
        <p>
          It signs in once, within 15 minutes. Whoever has it is {user}: send it on a way that only
          they read.
        </p>
      </Notice>
      <CopyLine wrap text={url} what="sign-in link" />
    </>
  );
}
