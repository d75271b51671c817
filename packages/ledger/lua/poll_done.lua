#!lua flags=allow-oom
-- poll_done: the query of this permit has ended.
stamp(key('polls'), ARGS.permit, 0, 0)
return reply({ kind = 'done' })
