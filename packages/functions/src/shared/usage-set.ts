/** What usage keys begin with, unless told: an account holds each key once in a region, so each environment has a set of its own. */
export const defaultUsageSet = 'understudy-merchants';
