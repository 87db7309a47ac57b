/** Types drawn out of a server's generated `paths`: what a route takes and what it answers. */

interface Answering {
  responses: { 200: { content: { "application/json": unknown } } };
}
interface Taking {
  requestBody: { content: { "application/json": object } };
}

export type AnswerOf<Operation> = Operation extends Answering
  ? Operation["responses"][200]["content"]["application/json"]
  : null;

/** A command's body without what the sender adds by itself. */
export type BodyOf<Operation> = Operation extends Taking
  ? Omit<Operation["requestBody"]["content"]["application/json"], "type" | "command_id">
  : never;

export type QueryOf<Operation> = Operation extends { parameters: { query?: infer Query } } ? Query : never;

export type PostOf<Path> = Path extends { post: infer Operation } ? Operation : never;
export type GetOf<Path> = Path extends { get: infer Operation } ? Operation : never;
