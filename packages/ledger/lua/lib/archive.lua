-- Saving results. It is pending while the generation is `archiving`, or already `succeeded` where callers do not wait for
-- it. Its vehicle is that of the generation, in the queue `archive`.

-- When the links of a result are assumed to expire: archiveLinkTtlMs after its task ended, by Kie's clock where that is
-- plausible.
local function linksDieAt(record, completeTime)
  local endedAt = NOW
  if completeTime then endedAt = math.max(num(record, 'acceptedAt'), math.min(NOW, completeTime)) end
  return endedAt + SETTINGS.archiveLinkTtlMs
end

local function planArchive(record, dueBy, vehicleCheckMs)
  newVehicle(record, 'archive')
  set(record, { archiveState = 'pending', archiveAt = NOW, archiveBy = dueBy, archiveTries = 0, archiveEvidence = '' })
  redis.call('ZADD', key('archives'), dueBy, record.id)
  watch(record, NOW + vehicleCheckMs)
end

-- done | failed | none
local function endArchive(record, state)
  if (record.archiveState or '') == '' then return end
  redis.call('ZREM', key('archives'), record.id)
  set(record, { archiveState = state })
end

-- For replies: the job to add; the same one when the script is sent twice.
local function pendingArchive(record)
  if record.archiveState ~= 'pending' then return nil end
  return { vehicle = record.vehicle, delayMs = math.max(0, num(record, 'archiveAt') - NOW), dueBy = num(record, 'archiveBy') }
end

-- Given up: a generation whose caller waits for the archive is dead; one whose caller has Kie's link stays `succeeded`.
local function giveUpArchive(record, evidence)
  endArchive(record, 'failed')
  if record.state == 'archiving' then return endDead(record, 'archive_failed', evidence) end
  openDeadLetter(record, 'archive_failed', evidence)
  watchForPurge(record)
  announce(record, 'archive_failed')
end
