using System.Net;
using System.Text.Json;
using System.Text.RegularExpressions;
using Microsoft.AspNetCore.Routing;
using Pipeline.Data.Entities;
using Pipeline.ProducerApi.Keys;
using Pipeline.ProducerApi.Tests.Support;

namespace Pipeline.ProducerApi.Tests.Tenants;

/// <summary>
/// No tenant sees or touches another's: every route of the API, as it is mapped, is asked for what another tenant has. A route that this
/// test does not know fails it.
/// </summary>
public sealed partial class IsolationTests(ApiFixture fixture) : IClassFixture<ApiFixture>
{
    /// <summary>Routes that show or make what is nobody's or the caller's own, and why they are no danger.</summary>
    private static readonly Dictionary<string, string> Harmless = new()
    {
        ["POST /v1/files"] = "makes the caller's own",
        ["POST /v1/batches"] = "makes the caller's own; another's input file is not found (BatchValidationTests)",
        ["POST /v1/batches/estimate"] = "makes nothing; another's input file is not found (UsageTests)",
        ["GET /v1/usage/budget"] = "the caller's own; another's is not found (UsageTests)",
        ["POST /v1/documents"] = "makes the caller's own",
        ["POST /v1/jobs"] = "makes the caller's own",
        ["POST /v1/webhooks"] = "makes the caller's own",
        ["POST /v1/keys"] = "makes the caller's own",
        ["POST /v1/schedules"] = "makes the caller's own; another's input file is not found (ScheduleTests)",
        ["GET /v1/audit"] = "the caller's own calls, with the ids that it named (AuditTests)",
        ["GET /v1/models"] = "shared by all",
        ["GET /v1/models/{**id}"] = "shared by all",
        ["POST /v1/tenants"] = "the operator's alone (ScopeTests, TenantTests)",
        ["GET /v1/tenants"] = "the operator's alone",
        ["GET /v1/tenants/{id}"] = "the operator's alone",
        ["POST /v1/tenants/{id}"] = "the operator's alone",
        ["POST /v1/tenants/{id}/suspend"] = "the operator's alone",
        ["POST /v1/tenants/{id}/resume"] = "the operator's alone",
        ["POST /v1/tenants/{id}/keys"] = "the operator's alone",
        ["DELETE /v1/tenants/{id}/data"] = "an admin's own, or the operator's (ErasureTests)",
        ["GET /v1/tenants/{id}/erasures/{erasureId}"] = "an admin's own, or the operator's (ErasureTests)",
    };

    [Fact]
    public async Task Whatever_a_tenant_asks_of_another_is_not_found_on_every_route()
    {
        fixture.Require();
        ApiClient owner = await fixture.NewAdminAsync(), stranger = await fixture.NewAdminAsync();
        Dictionary<string, string> ids = await MakeAsync(owner);
        List<string> wrong = [];
        foreach ((string method, string pattern) in Routes())
        {
            if (Harmless.ContainsKey($"{method} {pattern}"))
            {
                continue;
            }

            if (Fill(pattern, ids) is not { } path)
            {
                wrong.Add($"{method} {pattern}: this test has no ids for it. Give it some, or say in {nameof(Harmless)} why it needs none.");
                continue;
            }

            wrong.AddRange(await AskAsync(stranger, owner, method, pattern, path, ids.Values));
        }

        Assert.True(wrong.Count == 0, string.Join('\n', wrong));
        // And all of it is still there.
        Assert.All(Routes().Where(route => route.Method == "GET" && !Harmless.ContainsKey($"GET {route.Pattern}")), route => Assert.NotNull(Fill(route.Pattern, ids)));
        await owner.GetAsync("v1/files/" + ids["files/id"]);
        await owner.GetAsync("v1/webhooks/" + ids["webhooks/id"]);
        Assert.Equal("null", (await owner.GetAsync("v1/keys/" + ids["keys/id"])).Raw("revoked_at"));
        Assert.Equal("active", (await owner.GetAsync("v1/schedules/" + ids["schedules/id"])).Text("status"));
    }

    [Fact]
    public void What_is_called_harmless_is_there()
    {
        fixture.Require();
        Assert.Empty(Harmless.Keys.Except(Routes().Select(route => $"{route.Method} {route.Pattern}")));
    }

    /// <summary>One of everything that has an id, by the first part of its path and the name of its place in it.</summary>
    private static async Task<Dictionary<string, string>> MakeAsync(ApiClient owner)
    {
        string file = await owner.UploadAsync(owner.Lines(1));
        JsonElement webhook = await owner.OkAsync(HttpMethod.Post, "v1/webhooks", new { url = "https://example.com/hook" });
        JsonElement schedule = await owner.ScheduleAsync();
        JsonElement documents = await owner.SubmitDocumentsAsync([("a.txt", "hello"u8.ToArray())]);
        return new()
        {
            ["files/id"] = file,
            ["batches/id"] = (await owner.CreateAsync(file)).Text("id"),
            ["documents/id"] = documents.Text("id"),
            ["jobs/id"] = (await owner.OkAsync(HttpMethod.Post, "v1/jobs", new { endpoint = ApiClient.Chat, body = new { model = owner.Model, messages = new[] { new { role = "user", content = "hi" } } } })).Text("id"),
            ["webhooks/id"] = webhook.Text("id"),
            ["webhooks/deliveryId"] = (await owner.OkAsync(HttpMethod.Post, $"v1/webhooks/{webhook.Text("id")}/test")).Text("id"),
            ["keys/id"] = (await owner.OkAsync(HttpMethod.Post, "v1/keys", new { name = "k" })).Text("id"),
            ["schedules/id"] = schedule.Text("id"),
            ["schedules/runId"] = (await owner.OkAsync(HttpMethod.Post, $"v1/schedules/{schedule.Text("id")}/run")).Text("id"),
        };
    }

    private static async Task<List<string>> AskAsync(ApiClient stranger, ApiClient owner, string method, string pattern, string path, ICollection<string> ids)
    {
        using HttpRequestMessage request = new(new HttpMethod(method), path);
        if (method is "POST" or "PUT" or "PATCH")
        {
            request.Content = new StringContent("{}", null, "application/json");
        }

        using HttpResponseMessage response = await stranger.Http.SendAsync(request);
        string body = await response.Content.ReadAsStringAsync();
        bool isList = !pattern.Contains('{', StringComparison.Ordinal);
        List<string> wrong = [];
        if (response.StatusCode != (isList ? HttpStatusCode.OK : HttpStatusCode.NotFound))
        {
            wrong.Add($"{method} {path} answers {(int)response.StatusCode}: {body}");
        }

        if (isList && ids.Where(id => body.Contains(id, StringComparison.Ordinal)).ToArray() is { Length: > 0 } seen)
        {
            wrong.Add($"{method} {path} shows another tenant's {string.Join(", ", seen)}.");
        }

        // The ids are good ones: their owner gets an answer.
        if (method == "GET" && !pattern.EndsWith("/events", StringComparison.Ordinal))
        {
            using HttpResponseMessage own = await owner.Http.GetAsync(path + (pattern.EndsWith("/wait", StringComparison.Ordinal) ? "?timeout_seconds=0" : ""));
            if (own.StatusCode != HttpStatusCode.OK)
            {
                wrong.Add($"{method} {path} answers its owner {(int)own.StatusCode}.");
            }
        }

        return wrong;
    }

    /// <summary>The path with the ids in it; <see langword="null"/> if there are none for it.</summary>
    private static string? Fill(string pattern, Dictionary<string, string> ids)
    {
        string[] places = [.. Place().Matches(pattern).Select(place => $"{pattern.Split('/')[2]}/{place.Groups[1].Value}")];
        return places.Length == 0 && pattern.Split('/').Length > 3 || places.Any(place => !ids.ContainsKey(place)) ? null
            : places.Aggregate(pattern, (path, place) => path.Replace($"{{{place.Split('/')[1]}}}", ids[place], StringComparison.Ordinal));
    }

    private IEnumerable<(string Method, string Pattern)> Routes() => fixture.Endpoints
        .Where(route => route.Metadata.GetMetadata<RequiredScope>() is not null)
        .SelectMany(route => route.Metadata.GetRequiredMetadata<IHttpMethodMetadata>().HttpMethods.Select(method => (method, route.RoutePattern.RawText!.TrimEnd('/'))));

    [GeneratedRegex(@"\{\**(\w+)\}")]
    private static partial Regex Place();
}
