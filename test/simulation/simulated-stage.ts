import { z } from "zod";
import { functionTimeoutsSeconds } from "../../shared/config/function-timeouts.ts";
import { parseBatchMessage } from "../../shared/ledger/batch-message.ts";
import { handOverAtEvents } from "../../shared/sync/execution-events.ts";
import type { WorkPorts } from "../../shared/sync/fetch/fetch-ports.ts";
import { workBatch } from "../../shared/sync/fetch/work-batch.ts";
import { memoryQueue, type ReceivedMessage } from "./memory-queue.ts";
import { newProcess, type Process } from "./scheduler.ts";
import { simulatedPorts, type World } from "./simulated-ports.ts";
import { type Ending, execute, type Machine, TaskError } from "./state-machine.ts";
import {
  callSyncFunction,
  isFunctionState,
  type SyncFunctionState,
  syncFunctions,
} from "./sync-functions.ts";

export type Execution = {
  readonly name: string;
  status: "RUNNING" | "SUCCEEDED" | "FAILED" | "ABORTED";
  ending: Ending | null;
};

/** What AWS, or the embedded stack, does around the handlers: it never dies in a history. */
export type SimulatedStage = {
  /** Starts an execution; the same name again starts nothing. */
  start(name: string, input: unknown): Execution;
  stop(name: string): void;
  find(name: string): Execution | undefined;
  executions(): readonly Execution[];
  clearQueue(): void;
  /** A process of its own, with its ports. */
  process(role: string): { readonly process: Process; readonly ports: WorkPorts };
};

/** Changes a worker's ports: how a bug is planted. */
export type Sabotage = (ports: WorkPorts) => WorkPorts;

/** Handler processes live on between invocations until they die. */
type Instance = { readonly process: Process; readonly ports: WorkPorts; busy: boolean };

const SuccessorSchema = z.object({ Name: z.string(), Input: z.object({ runId: z.string() }) });

const SendSchema = z.object({ MessageBody: z.string() });

/** Six times the worker's time-out. */
const visibilityMs = 6 * functionTimeoutsSeconds["fetch-batch"] * 1_000;

export function simulatedStage(
  machine: Machine,
  world: World,
  options: {
    readonly sabotage?: Sabotage | undefined;
    readonly log?: ((line: string) => void) | undefined;
  },
): SimulatedStage {
  const { dice, faults, scenario, scheduler } = world;
  const { sabotage = (ports) => ports, log } = options;
  const infrastructure = newProcess("infrastructure", "stage");
  const executions = new Map<string, Execution>();
  const instances = new Map<string, Instance[]>();
  const queue = memoryQueue({
    nowMs: () => scheduler.nowMs(),
    visibilityMs,
    pick: (count) => dice.below(count),
  });
  const idleSlots: (() => void)[] = [];
  let cancelAlarm = () => {};
  let named = 0;

  function open(role: string): { readonly process: Process; readonly ports: WorkPorts } {
    named += 1;
    const offset = faults.strikes("clock-skew") ? dice.between(-500, 500) : 0;
    // A poll that comes later than asked is legal, and a history of fewer steps.
    const drowsiness = role === "dispatch-batches" ? 10 : 1;
    const process = newProcess(role, `${role}-${named}`, offset, drowsiness);
    return { process, ports: simulatedPorts(process, world) };
  }

  /** An idle instance of a function that lives, or a new one. */
  function instanceOf(name: string): Instance {
    const known = (instances.get(name) ?? []).filter(({ process }) => !process.dead);
    const idle = known.find(({ busy }) => !busy);
    const instance = idle ?? { ...open(name), busy: false };
    instances.set(name, idle === undefined ? [...known, instance] : known);
    return instance;
  }

  function retire(name: string, instance: Instance): void {
    const others = (instances.get(name) ?? []).filter((other) => other !== instance);
    instances.set(name, others);
  }

  /** Runs a handler in a process until it answers, dies, or its time is over. */
  async function invoke<Answer>(
    name: keyof typeof functionTimeoutsSeconds,
    handler: (ports: WorkPorts) => Promise<Answer>,
  ): Promise<Answer> {
    const instance = instanceOf(name);
    const { process } = instance;
    instance.busy = true;
    const over = Promise.withResolvers<never>();
    const cancel = scheduler.after(infrastructure, functionTimeoutsSeconds[name] * 1_000, () => {
      // Most are killed; one that the network parted from us goes on and is no longer heard.
      if (dice.chance(0.5)) process.die();
      else retire(name, instance);
      over.reject(new TaskError("Sandbox.Timedout", `${name} timed out`));
    });
    const died = async () => {
      await process.death;
      throw new TaskError("Runtime.ExitError", `${name} died`);
    };
    try {
      return await Promise.race([handler(instance.ports), died(), over.promise]);
    } finally {
      cancel();
      instance.busy = false;
    }
  }

  async function callFunction(state: SyncFunctionState, input: unknown): Promise<unknown> {
    return invoke(syncFunctions[state], async (ports) => {
      const full = state === "DispatchBatches" && faults.strikes("history-full");
      return callSyncFunction(state, input, ports, full ? { events: handOverAtEvents } : undefined);
    });
  }

  async function send(input: unknown): Promise<void> {
    await scheduler.turn(infrastructure, "send a message");
    const { MessageBody } = SendSchema.parse(input);
    const unheard = faults.strikes("send-fault");
    if (unheard && dice.chance(0.5)) throw new TaskError("SQS.SdkClientException", "not sent");
    const copies = faults.strikes("message-lost") ? 0 : faults.strikes("message-doubled") ? 2 : 1;
    for (let copy = 0; copy < copies; copy += 1) {
      const delayMs = faults.strikes("message-late") ? dice.between(100, 60_000) : 0;
      await queue.send(MessageBody, delayMs);
    }
    setAlarm();
    if (unheard) throw new TaskError("SQS.SdkClientException", "sent, and not heard");
  }

  async function startSuccessor(input: unknown): Promise<void> {
    await scheduler.turn(infrastructure, "start a successor");
    const successor = SuccessorSchema.parse(input);
    const unheard = faults.strikes("send-fault");
    if (unheard && dice.chance(0.5)) throw new TaskError("StepFunctions.SdkClientException", "no");
    if (executions.get(successor.Name)?.status === "SUCCEEDED") {
      throw new TaskError("StepFunctions.ExecutionAlreadyExistsException", successor.Name);
    }
    start(successor.Name, successor.Input);
    if (unheard) throw new TaskError("StepFunctions.SdkClientException", "started, not heard");
  }

  /** Wakes a slot for each visible message, and sees to those that become visible later. */
  function setAlarm(): void {
    const nowMs = scheduler.nowMs();
    const visible = queue.visibleAtMs().filter((atMs) => atMs <= nowMs).length;
    for (const wake of idleSlots.splice(0, visible)) wake();
    cancelAlarm();
    const later = queue.visibleAtMs().filter((atMs) => atMs > nowMs);
    if (later.length === 0) return;
    cancelAlarm = scheduler.after(infrastructure, Math.min(...later) - nowMs, setAlarm);
  }

  async function runTask(state: string, input: unknown): Promise<unknown> {
    if (state === "SendBatchMessage") return send(input);
    if (state === "StartSuccessor") return startSuccessor(input);
    if (!isFunctionState(state)) throw new Error(`the stage has no task ${state}`);
    try {
      return await callFunction(state, input);
    } catch (error) {
      if (!(error instanceof Error)) throw error;
      if (error instanceof TaskError) throw error;
      throw new TaskError(error.name, JSON.stringify({ errorMessage: error.message }));
    }
  }

  async function nextMessage(): Promise<ReceivedMessage> {
    for (;;) {
      await scheduler.turn(infrastructure, "receive");
      const message = await queue.receive();
      setAlarm();
      if (message !== undefined) return message;
      await new Promise<void>((wake) => idleSlots.push(wake));
    }
  }

  /** One of the event source's slots: a message, an invocation, its acknowledgement. */
  async function slot(): Promise<void> {
    for (;;) {
      const { body, receiptHandle } = await nextMessage();
      // Received while no instance was to be had: the receive counts, and nobody works.
      if (faults.strikes("message-throttled")) {
        await queue.changeVisibility(receiptHandle, dice.pick([1_000, 30_000, visibilityMs]));
        setAlarm();
        continue;
      }
      const message = parseBatchMessage(body);
      try {
        await invoke("fetch-batch", async (ports) => {
          if (message !== undefined) await workBatch(message, sabotage(ports));
        });
        await scheduler.turn(infrastructure, "acknowledge");
        await queue.delete(receiptHandle);
      } catch (error) {
        log?.(`stage: take of ${message?.batchId} failed: ${String(error)}`);
        const died = error instanceof TaskError && error.name === "Runtime.ExitError";
        if (died) await queue.changeVisibility(receiptHandle, scenario.lostWorkerVisibilityMs);
        setAlarm();
      }
    }
  }

  function start(name: string, input: unknown): Execution {
    const known = executions.get(name);
    if (known !== undefined) return known;
    const execution: Execution = { name, status: "RUNNING", ending: null };
    executions.set(name, execution);
    const never = new Promise<never>(() => {});
    const live = <T>(promise: Promise<T>) =>
      promise.then(
        (value) => (execution.status === "RUNNING" ? value : never),
        (error) => (execution.status === "RUNNING" ? Promise.reject(error) : never),
      );
    const ports = {
      task: (state: string, input: unknown) => live(runTask(state, input)),
      sleep: (ms: number) => live(scheduler.sleep(infrastructure, ms)),
      random: () => dice.next(),
    };
    void execute(machine, { name, input }, ports).then((ending) => {
      execution.status = ending.status;
      execution.ending = ending;
      log?.(`stage: execution ${name} ${ending.status} ${ending.cause ?? ""}`);
    });
    return execution;
  }

  for (let index = 0; index < scenario.workers; index += 1) void slot();

  return {
    start,
    stop(name) {
      const execution = executions.get(name);
      if (execution?.status === "RUNNING") execution.status = "ABORTED";
    },
    find: (name) => executions.get(name),
    executions: () => [...executions.values()],
    clearQueue: () => queue.clear(),
    process: open,
  };
}
