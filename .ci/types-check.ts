// Uses the generated types as a front-end would; `tsc --strict` compiles it, nothing runs it.
import type { components, operations, paths } from "./build/api";

type Problem = components["schemas"]["Problem"];
type Json<T> = T extends { content: { "application/json": infer Body } } ? Body : never;
type Answer<Id extends keyof operations> = operations[Id] extends { responses: { 200: infer Ok } } ? Json<Ok> : never;

export const describe = (p: Problem): string => `${p.status} ${p.code}: ${p.title}`;
export const first = <Id extends keyof operations>(answer: Answer<Id>): Answer<Id> => answer;
export const at = (path: keyof paths): string => "/api/v1" + String(path);
