// Exit codes of the process that does a job.

/** Another process is doing the job. */
export const LOCKED_CODE = 75;
