"""OpenAI's client for Python through the whole cycle of a batch: python3 cycle.py URL KEY MODEL. What it met goes to stdout as
one JSON object, which cycle.mjs writes alike; the test that runs both judges it."""
import json
import sys
import time

import openai

# httpx, or since version 3 of the client its successor.
httpx = sys.modules[openai.DefaultHttpxClient.__base__.__module__.split(".")[0]]
url, key, model = sys.argv[1:]


class Transport(httpx.HTTPTransport):
    """Counts requests; `broken` makes answers of some: given how many there were before, a response, or None to let it pass."""

    requests = 0
    broken = staticmethod(lambda before, send: None)

    def handle_request(self, request):
        before = Transport.requests
        Transport.requests += 1
        send = super().handle_request
        return Transport.broken(before, lambda: send(request)) or send(request)


def client(api_key=key):
    return openai.OpenAI(base_url=f"{url}/v1", api_key=api_key, http_client=httpx.Client(transport=Transport()))


api = client()


def line(name):
    body = {"model": model, "messages": [{"role": "user", "content": f"Say {name}"}]}
    return json.dumps({"custom_id": name, "method": "POST", "url": "/v1/chat/completions", "body": body})


def upload(text):
    return api.files.create(file=("input.jsonl", text.encode()), purpose="batch")


def create(file, **options):
    return api.batches.create(
        input_file_id=file, endpoint="/v1/chat/completions", completion_window="24h", metadata={"purpose": "test"}, **options)


def ended(batch):
    while batch.status in ("validating", "in_progress", "finalizing", "cancelling"):
        time.sleep(0.1)
        batch = api.batches.retrieve(batch.id)
    return batch


def refused(call):
    before = Transport.requests
    try:
        answer = plain(call())
        return {"error": None, "answer": answer, "requests": Transport.requests - before}
    except openai.APIStatusError as e:
        return {"error": type(e).__name__, "status": e.status_code, "message": e.message, "param": e.param, "code": e.code,
                "requests": Transport.requests - before}


def plain(answer):
    return json.loads(answer.json()) if hasattr(answer, "json") else str(answer)


def answer(status, text="{}"):
    return httpx.Response(status, headers={"retry-after-ms": "1", "content-type": "application/json"}, text=text)


def lost(send):
    send().read()
    return answer(500)


seen = {}
file = upload("\r\n".join(line(name) for name in "abc"))
created = create(file.id)
done = ended(created)
seen["file"], seen["created"], seen["ended"] = plain(file), plain(created), plain(done)
output = api.files.content(done.output_file_id).text
seen["custom_ids"] = [json.loads(text)["custom_id"] for text in output.splitlines()]
seen["conflict"] = refused(lambda: api.batches.cancel(created.id))

running = create(upload("\r\n".join(line(f"r{i}") for i in range(300))).id)
seen["cancelling"] = api.batches.cancel(running.id).status
seen["cancelled"] = ended(running).status
seen["failed"] = plain(ended(create(upload(f"{line('a')}\nno JSON\n{line('a')}\n").id)))

seen["missing_file"] = refused(lambda: api.files.retrieve("file-0"))
seen["missing_batch"] = refused(lambda: api.batches.retrieve("batch_0"))
seen["bad_endpoint"] = refused(
    lambda: api.batches.create(input_file_id=file.id, endpoint="/v1/nothing", completion_window="24h"))
seen["wrong_key"] = refused(lambda: client("sk-wrong").batches.list())

# The answer to a create is lost on the way: the client asks again, and the key makes it one batch.
first = Transport.requests
Transport.broken = staticmethod(lambda before, send: lost(send) if before == first else None)
seen["lost"] = refused(lambda: create(file.id, extra_headers={"Idempotency-Key": "once"}))
second = Transport.requests
Transport.broken = staticmethod(lambda before, send: answer(429) if before == second else None)
seen["limited"] = refused(lambda: api.batches.retrieve(created.id))
Transport.broken = staticmethod(lambda before, send: answer(
    429, '{"error":{"message":"slow down","type":"requests","param":null,"code":"rate_limit_exceeded"}}'))
seen["over_limit"] = refused(lambda: api.batches.retrieve(created.id))
Transport.broken = staticmethod(lambda before, send: None)

seen["listed"] = [batch.id for batch in api.batches.list(limit=2)]
seen["files"] = [one.id for one in api.files.list(purpose="batch", limit=2)]
seen["deleted"] = plain(api.files.delete(file.id))
print(json.dumps(seen))
