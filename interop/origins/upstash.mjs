// Redis, by Upstash's client, which speaks HTTP: upstash_test.go makes Redis of it.
import { UpstashRedisAdapter } from "@auth/upstash-redis-adapter";
import { Redis } from "@upstash/redis";

export async function open(_, where) {
  const { url, token, baseKeyPrefix } = JSON.parse(where);
  const client = new Redis({ url, token, enableTelemetry: false });
  return {
    adapter: UpstashRedisAdapter(client, { baseKeyPrefix }),
    // What the application adds to a record.
    account: (key, value) => client.set(baseKeyPrefix + key, value).then(() => null),
    close: () => null,
  };
}
