export { type AfterSave, Application, type ApplicationOptions, type UpdateOptions } from './application/application.ts';
export { Cache, type CacheOptions } from './application/cache.ts';
export type {
  BooleanVariable,
  ChoiceVariable,
  EnvReader,
  EnvVariable,
  FromEnv,
  IntegerVariable,
  TextVariable,
} from './application/env-variable.ts';
export type { Env } from './application/environment.ts';
export {
  AggregateNotFoundError,
  EnvironmentError,
  EventSchemaError,
  HookError,
  UnrecordedChangeError,
  WrongAggregateError,
} from './application/errors.ts';
export { type EventSchema, eventSchema } from './application/event-schema.ts';
export type { FollowedLog, Leader, LogRange } from './application/followed-log.ts';
export { type EnvRegistry, envVariables, fromEnv } from './application/from-env.ts';
export type {
  Hooks,
  ProcessContext,
  ProcessResult,
  ReadContext,
  ReadResult,
  SaveContext,
  SaveResult,
} from './application/hooks.ts';
export { NotificationLog, type Section } from './application/notification-log.ts';
export { type GetOptions, Repository, type RepositoryOptions } from './application/repository.ts';
export type { SnapshotOptions } from './application/snapshotting.ts';
export { Aggregate } from './domain/aggregate.ts';
export type { Upcast } from './domain/definition/upcast.ts';
export type { DeepReadonly, DomainEvent, Payload } from './domain/domain-event.ts';
export {
  ArgumentError,
  CommandError,
  DefinitionError,
  type ErrorCode,
  EventMismatchError,
  EventSourcingError,
  EvolveError,
  PayloadError,
  ReplayError,
  SnapshotError,
  TopicError,
} from './domain/errors.ts';
export type { AggregateClass } from './domain/recording/aggregate-class.ts';
export type { AggregateCore } from './domain/recording/aggregate-core.ts';
export { type RecordAsOptions, recordAs } from './domain/recording/record-as.ts';
export type { Snapshot, SnapshotFunctions } from './domain/snapshot.ts';
export { type Sources, withSources } from './domain/sources/sources.ts';
export { NAMESPACE_URL, uuid4, uuid5 } from './domain/sources/uuid.ts';
export { decider } from './domain/styles/decider.ts';
export type {
  Beginning,
  Decide,
  DeciderAggregate,
  DeciderClass,
  DeciderEvent,
  DeciderOptions,
  Decision,
  Evolve,
} from './domain/styles/decider-types.ts';
export { type EventFunction, event } from './domain/styles/event.ts';
export type {
  ContextFor,
  DoesNotFit,
  EventDraft,
  EventMatcher,
  EventToken,
  Fits,
  Untyped,
} from './domain/styles/event-types.ts';
export { type RecordedEvents, recorded } from './domain/styles/recorded.ts';
export { type Transcoding, type TranscodingOptions, transcoding } from './domain/values/transcoding.ts';
export { ProcessingError, WaitTimeoutError } from './following/errors.ts';
export type { Follower } from './following/follower.ts';
export { Following, type FollowingParts, typesOf } from './following/following.ts';
export { BATCH_SIZE, Pipe } from './following/pipe.ts';
export {
  type FollowedEvent,
  type Handler,
  Handlers,
  type On,
  on,
  type Policy,
  policy,
} from './following/policy.ts';
export { ProcessApplication } from './following/process-application.ts';
export type { Processing } from './following/processing.ts';
export type { Cipher, Compressor, StateContext } from './persistence/cipher.ts';
export type { Coordinator, Lease } from './persistence/coordinator.ts';
export {
  CipherError,
  ForgottenError,
  GenerationError,
  PositionConflictError,
  StateDamagedError,
  UpcastError,
  VersionConflictError,
  ViewConflictError,
} from './persistence/errors.ts';
export { EventStore, type Notification } from './persistence/event-store.ts';
export { ForgottenNotification, type LogItem } from './persistence/forgotten.ts';
export {
  checkSubjects,
  type KeyRecorder,
  type LiveKey,
  LONGEST_SUBJECT,
  type StoredKey,
} from './persistence/key-recorder.ts';
export { checkBounds, checkEvents, checkedLimit, checkTracking, versionConflict } from './persistence/limits.ts';
export { Mapper, type MapperOptions } from './persistence/mapper.ts';
export { MemoryRecorder, MemorySnapshotRecorder, memory } from './persistence/memory.ts';
export { MemoryKeyRecorder } from './persistence/memory-keys.ts';
export { MemoryViewRecorder } from './persistence/memory-views.ts';
export {
  checkApplicationName,
  checkProjectionName,
  checkSchemaName,
  faultOfColumn,
  faultOfTable,
} from './persistence/names.ts';
export type {
  NotificationOptions,
  Recorder,
  SelectOptions,
  SnapshotRecorder,
  Store,
  StoredEvent,
  StoredNotification,
  StoredSnapshot,
} from './persistence/recorder.ts';
export { SnapshotStore } from './persistence/snapshot-store.ts';
export { StoreError, type StoreErrorCode } from './persistence/store-error.ts';
export type { KeyedCipher, SubjectCipher, Writing, WritingCipher } from './persistence/subject-cipher.ts';
export { type Aliases, Topics } from './persistence/topics.ts';
export type { Parked, Tracking } from './persistence/tracking.ts';
export { Transcoder } from './persistence/transcoder.ts';
export type {
  RowChanges,
  SqlNames,
  StoredRow,
  ViewColumn,
  ViewColumnType,
  ViewGeneration,
  ViewRecorder,
  ViewSelection,
  ViewStanding,
  ViewTable,
  ViewValue,
  ViewWrite,
} from './persistence/view-recorder.ts';
export { selectRows } from './persistence/view-rows.ts';
