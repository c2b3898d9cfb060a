using System.Globalization;
using System.Net;
using System.Text.Json;
using Pipeline.Data.Entities;
using Pipeline.ProducerApi.Tests.Support;
using Pipeline.ProducerApi.Usage;
using Pipeline.Testing;

namespace Pipeline.ProducerApi.Tests.Usage;

public sealed class UsageTests(ApiFixture fixture) : IClassFixture<ApiFixture>
{
    private static readonly string[] Models = ["a", "b"];

    private static readonly string[] Batches = ["batch_1", "batch_2"];

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public async Task Whatever_it_is_grouped_by_usage_sums_to_the_ledger(int seed)
    {
        ApiClient api = await NewTenantAsync();
        List<Row> rows = await FillAsync(api, new Random(seed), 300);
        foreach (string groups in new[] { "", "day", "model", "batch", "day,model", "batch,day,model,tenant" })
        {
            List<JsonElement> all = await AllAsync(api, groups, limit: 7);
            Assert.Equal(rows.Sum(row => row.Cost), all.Sum(group => group.GetProperty("cost").GetDecimal()));
            Assert.Equal(rows.Sum(row => row.Prompt), all.Sum(group => group.GetProperty("prompt_tokens").GetInt64()));
            Assert.Equal((300, rows.Count(row => row.Completed)), (all.Sum(group => group.GetProperty("attempts").GetInt32()), all.Sum(group => group.GetProperty("requests").GetInt32())));
            foreach (JsonElement group in all)
            {
                Row[] its = [.. rows.Where(row => row.Currency == group.Text("currency") && Matches(group, "day", row.Day) && Matches(group, "model", row.Model) && Matches(group, "batch_id", row.Batch))];
                Assert.Equal(its.Sum(row => row.Cost), group.GetProperty("cost").GetDecimal());
                Assert.Equal(its.Sum(row => row.Cached), group.GetProperty("cached_tokens").GetInt64());
                Assert.Equal(its.Sum(row => row.Seconds), group.GetProperty("device_seconds").GetDouble(), 1e-9);
            }

            Assert.Equal(all.Count, all.Select(group => group.Text("id")).Distinct().Count());
        }
    }

    [Fact]
    public async Task Days_are_those_of_UTC_and_the_end_is_not_part_of_it()
    {
        ApiClient api = await NewTenantAsync();
        await AddAsync(api, new Row("a", "batch_1", "2026-03-01T23:59:59.9Z", 1, true, 10, 0, 5, 1, "USD"));
        await AddAsync(api, new Row("a", "batch_1", "2026-03-02T00:00:00Z", 2, true, 10, 0, 5, 1, "USD"));
        await AddAsync(api, new Row("a", "batch_1", "2026-03-03T00:00:00Z", 4, true, 10, 0, 5, 1, "USD"));
        JsonElement page = await api.GetAsync("v1/usage?group_by=day&start=2026-03-01&end=2026-03-03");
        Assert.Equal([("2026-03-01", 1m), ("2026-03-02", 2m)], page.GetProperty("data").EnumerateArray().Select(day => (day.Text("day"), day.GetProperty("cost").GetDecimal())));
        JsonElement noon = await api.GetAsync("v1/usage?start=2026-03-02T01:00:00%2B02:00&end=2026-03-02T00:00:01Z");
        Assert.Equal(3m, Assert.Single(noon.GetProperty("data").EnumerateArray()).GetProperty("cost").GetDecimal());
    }

    [Fact]
    public async Task Beside_what_work_cost_stands_what_it_would_have_cost_at_a_list_price_which_says_where_it_is_from()
    {
        ApiClient api = await NewTenantAsync();
        await AddAsync(api, new Row("a", "batch_1", "2026-03-01T00:00:00Z", 1, true, 1_000_000, 400_000, 100_000, 1, "USD"));
        await AddAsync(api, new Row("a", "batch_1", "2026-03-01T00:00:00Z", 1, false, 1_000_000, 0, 100_000, 1, "USD"));
        await AddAsync(api, new Row("e", "batch_2", "2026-03-01T00:00:00Z", 1, true, 3_000_000, 0, 0, 1, "USD"));
        JsonElement page = await api.GetAsync("v1/usage?start=2026-03-01");
        JsonElement[] prices = [.. page.GetProperty("data")[0].GetProperty("list_price").EnumerateArray()];
        ListPrice text = ListPrice.Known[0], embeddings = ListPrice.Known.Single(price => price.Name == "text-embedding-3-small");
        decimal cost = (0.6m * text.Input) + (0.4m * text.CachedInput) + (0.1m * text.Output);
        Assert.Equal(
            [(text.Name, cost, cost / 2), (embeddings.Name, 3 * embeddings.Input, 1.5m * embeddings.Input)],
            prices.Select(price => (price.Text("name"), price.GetProperty("cost").GetDecimal(), price.GetProperty("batch_cost").GetDecimal())));
        Assert.All(page.GetProperty("list_prices").EnumerateArray(), price =>
        {
            Assert.StartsWith("https://", price.Text("source"), StringComparison.Ordinal);
            Assert.NotEmpty(price.Text("as_of"));
        });
        Assert.Equal(2, page.GetProperty("list_prices").GetArrayLength());
    }

    [Fact]
    public async Task A_tenant_sees_its_own_usage_alone_and_an_operator_all_of_it()
    {
        ApiClient one = await NewTenantAsync(), two = await NewTenantAsync();
        string start = "2031-01-01";
        await AddAsync(one, new Row("a", "batch_1", "2031-01-02T00:00:00Z", 1, true, 1, 0, 1, 1, "USD"));
        await AddAsync(two, new Row("a", "batch_1", "2031-01-02T00:00:00Z", 2, true, 1, 0, 1, 1, "USD"));
        Assert.Equal([(IdOf(one), 1m)], await CostsAsync(one, $"v1/usage?group_by=tenant&start={start}"));
        using HttpResponseMessage other = await one.Http.GetAsync($"v1/usage?tenant={IdOf(two)}");
        Assert.Contains(IdOf(two), (await ApiClient.ErrorAsync(other, HttpStatusCode.NotFound)).Text("message"), StringComparison.Ordinal);
        using HttpResponseMessage budget = await one.Http.GetAsync($"v1/usage/budget?tenant={IdOf(two)}");
        await ApiClient.ErrorAsync(budget, HttpStatusCode.NotFound);

        ApiClient operators = await fixture.NewTenantAsync(change: key => key.Role = ApiKeyRole.Operator);
        (string, decimal)[] all = await CostsAsync(operators, $"v1/usage?group_by=tenant&start={start}");
        Assert.Equivalent(new[] { (IdOf(one), 1m), (IdOf(two), 2m) }, all);
        Assert.Equal([(IdOf(two), 2m)], await CostsAsync(operators, $"v1/usage?group_by=tenant&start={start}&tenant={IdOf(two)}"));
    }

    [Theory]
    [InlineData("group_by=hour", "group_by")]
    [InlineData("start=yesterday", "start")]
    [InlineData("start=2026-02-01&end=2026-01-01", "end")]
    [InlineData("limit=0", "limit")]
    [InlineData("after=nonsense", "after")]
    [InlineData("group_by=day&after=WyJ4Il0", "after")]
    public async Task What_cannot_be_reported_is_refused_by_name(string query, string param)
    {
        ApiClient api = fixture.Require();
        using HttpResponseMessage response = await api.Http.GetAsync("v1/usage?" + query);
        Assert.Equal(param, (await ApiClient.ErrorAsync(response, HttpStatusCode.BadRequest)).Text("param"));
    }

    [Fact]
    public async Task An_operator_sets_what_a_tenant_may_spend_in_a_month_and_the_tenant_sees_it()
    {
        ApiClient api = await NewTenantAsync();
        ApiClient operators = await fixture.NewTenantAsync(change: key => key.Role = ApiKeyRole.Operator);
        await fixture.Database.ExecuteAsync("INSERT INTO tenant_months VALUES ($1, date_trunc('month', now() AT TIME ZONE 'UTC')::date, 1.25)", api.TenantId);
        using (HttpResponseMessage response = await operators.PostAsync($"v1/tenants/{IdOf(api)}", new { limits = new { max_monthly_cost = 20.5m } }))
        {
            await ApiClient.OkAsync(response);
        }

        JsonElement budget = await api.GetAsync("v1/usage/budget");
        Assert.Equal((1.25m, 20.5m, "USD"), (budget.GetProperty("spent").GetDecimal(), budget.GetProperty("max_monthly_cost").GetDecimal(), budget.Text("currency")));
    }

    [Fact]
    public async Task A_dry_run_says_what_a_batch_would_cost_and_leaves_nothing()
    {
        fixture.Require();
        ApiClient api = await fixture.NewTenantAsync(fixture.PlannedModel);
        string file = await api.UploadAsync(api.Line("a") + "\n" + api.Line("b") + "\n");
        JsonElement dry = await EstimateAsync(api, file);
        Assert.Equal(("batch.estimate", api.Model, "null"), (dry.Text("object"), dry.Text("model"), dry.Raw("errors")));
        Assert.Empty((await api.GetAsync("v1/batches")).GetProperty("data").EnumerateArray());
        JsonElement batch = await api.WaitAsync((await api.CreateAsync(file)).Text("id"), status => status != "validating");
        JsonElement created = (await api.GetAsync($"v1/batches/{batch.Text("id")}/cost")).GetProperty("estimate");
        Assert.Equivalent(Numbers(created), Numbers(dry.GetProperty("estimate")));

        JsonElement bad = await EstimateAsync(api, await api.UploadAsync(api.Line("a") + "\n" + api.Line("a") + "\n"));
        Assert.Equal(("null", "duplicate_custom_id"), (bad.Raw("estimate"), bad.GetProperty("errors").GetProperty("data")[0].Text("code")));
        ApiClient other = await fixture.NewTenantAsync(fixture.PlannedModel);
        Assert.Equal("file_id", (await EstimateAsync(other, file)).GetProperty("errors").GetProperty("data")[0].Text("param"));
    }

    private static string IdOf(ApiClient api) => $"tenant_{api.TenantId:N}";

    private static Dictionary<string, decimal> Numbers(JsonElement estimate) =>
        estimate.EnumerateObject().Where(field => field.Value.ValueKind == JsonValueKind.Number).ToDictionary(field => field.Name, field => field.Value.GetDecimal());

    private static async Task<JsonElement> EstimateAsync(ApiClient api, string file)
    {
        using HttpResponseMessage response = await api.PostAsync("v1/batches/estimate", new { input_file_id = file, endpoint = ApiClient.Chat, completion_window = "24h" });
        return await ApiClient.OkAsync(response);
    }

    private static bool Matches(JsonElement group, string name, string value) => !group.TryGetProperty(name, out JsonElement key) || key.GetString() == value;

    private static async Task<(string Tenant, decimal Cost)[]> CostsAsync(ApiClient api, string path) =>
        [.. (await api.GetAsync(path)).GetProperty("data").EnumerateArray().Select(group => (group.Text("tenant"), group.GetProperty("cost").GetDecimal()))];

    private static async Task<List<JsonElement>> AllAsync(ApiClient api, string groups, int limit)
    {
        List<JsonElement> all = [];
        string after = "";
        while (true)
        {
            JsonElement page = await api.GetAsync($"v1/usage?start=2020-01-01{(groups.Length > 0 ? $"&group_by={groups}" : "")}&limit={limit}{after}");
            all.AddRange(page.GetProperty("data").EnumerateArray());
            if (!page.GetProperty("has_more").GetBoolean())
            {
                return all;
            }

            after = $"&after={page.Text("last_id")}";
        }
    }

    private async Task<ApiClient> NewTenantAsync()
    {
        fixture.Require();
        return await fixture.NewTenantAsync();
    }

    private async Task<List<Row>> FillAsync(ApiClient api, Random random, int count)
    {
        List<Row> rows = [];
        for (int i = 0; i < count; i++)
        {
            int prompt = random.Next(1, 1000);
            Row row = new(
                Models[random.Next(2)], random.Next(5) == 0 ? "" : Batches[random.Next(2)],
                $"2026-02-{random.Next(1, 6):00}T{random.Next(24):00}:00:00Z", random.Next(1, int.MaxValue) / 1_000_000_000_000m, random.Next(4) > 0,
                prompt, random.Next(prompt), random.Next(100), random.NextDouble(), random.Next(10) == 0 ? "EUR" : "USD");
            rows.Add(row);
            await AddAsync(api, row);
        }

        return rows;
    }

    private Task<int> AddAsync(ApiClient api, Row row) => fixture.Database.ExecuteAsync(
        """
        INSERT INTO job_costs (job_id, attempt, tenant_id, batch_id, model, worker_id, outcome, prompt_tokens, cached_tokens, completion_tokens,
            queue_seconds, prefill_seconds, decode_seconds, device_seconds, price_per_device_hour, cost, currency, created_at)
        SELECT coalesce(max(job_id) FILTER (WHERE job_id > 1000000000000), 1000000000000) + 1, 1, $1, nullif($2, ''), $3, 'w', $4, $5, $6, $7, 0, 0, 0, $8, 1, $9, $10, $11
        FROM job_costs
        """,
        api.TenantId, row.Batch, row.Model, row.Completed ? "completed" : "failed", row.Prompt, row.Cached, row.Completion, row.Seconds, row.Cost, row.Currency,
        DateTimeOffset.Parse(row.At, CultureInfo.InvariantCulture));

    private sealed record Row(string Model, string Batch, string At, decimal Cost, bool Completed, int Prompt, int Cached, int Completion, double Seconds, string Currency)
    {
        public string Day => At[..10];
    }
}
