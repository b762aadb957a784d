/** The published JSON Schemas, and what a document breaks of them. */
import { readFileSync } from "node:fs";
import { Ajv2020, type ValidateFunction } from "ajv/dist/2020.js";

export type SchemaName = "replay" | "frame" | "error" | "doctor" | "policy" | "version" | "explain" | "lookup";
export const SCHEMA_NAMES: readonly SchemaName[] = ["replay", "frame", "error", "doctor", "policy", "version", "explain", "lookup"];

/** The schema as published. */
export function schemaOf(name: SchemaName): object {
  const schema: unknown = JSON.parse(readFileSync(new URL(`../../docs/schema/${name}.schema.json`, import.meta.url), "utf8"));
  if (typeof schema !== "object" || schema === null) throw new Error(`${name}.schema.json is not an object`);
  return schema;
}

// allowUnionTypes: ["string", "null"] is plain 2020-12, which ajv's strict mode dislikes by taste.
const ajv = new Ajv2020({ strict: true, allErrors: true, allowUnionTypes: true });
const compiled = new Map<SchemaName, ValidateFunction>();

/** What a JSON text breaks of a schema, as `path: message`; nothing when it is valid. */
export function breaches(name: SchemaName, json: string): string[] {
  const validate = compiled.get(name) ?? ajv.compile(schemaOf(name));
  compiled.set(name, validate);
  validate(JSON.parse(json));
  return (validate.errors ?? []).map(({ instancePath, message, params }) => `${instancePath}: ${message ?? ""} ${JSON.stringify(params)}`);
}

/** The value at a path of keys inside a schema, for comparing its lists with the model's. */
export function within(value: unknown, ...keys: readonly string[]): unknown {
  return keys.reduce<unknown>((part, key) => (typeof part === "object" && part !== null ? Reflect.get(part, key) : undefined), value);
}
