using System.Net;
using System.Text.Json;
using Pipeline.ProducerApi.Tests.Support;

namespace Pipeline.ProducerApi.Tests.Contract;

/// <summary>OpenAI's contract for listing and retrieving batches, a test for each of its sentences.</summary>
public sealed class ListContractTests(ApiFixture fixture) : IClassFixture<ApiFixture>
{
    [Fact]
    public async Task Batches_are_listed_newest_first_and_paged_by_the_last_id_until_has_more_is_false()
    {
        fixture.Require();
        ApiClient api = await fixture.NewTenantAsync();
        List<string> created = [];
        for (int i = 0; i < 5; i++)
        {
            created.Add((await api.CreateAsync("file-x")).Text("id"));
        }

        List<string> listed = [];
        string after = "";
        bool more = true;
        while (more)
        {
            JsonElement page = await api.GetAsync("v1/batches?limit=2" + after);
            Assert.Equal("list", page.Text("object"));
            string[] ids = [.. page.GetProperty("data").EnumerateArray().Select(batch => batch.Text("id"))];
            Assert.Equal((ids[0], ids[^1]), (page.Text("first_id"), page.Text("last_id")));
            listed.AddRange(ids);
            after = "&after=" + ids[^1];
            more = page.GetProperty("has_more").GetBoolean();
        }

        Assert.Equal(Enumerable.Reverse(created), listed);
        JsonElement past = await api.GetAsync("v1/batches?after=" + created[0]);
        Assert.Equal("""{"object":"list","data":[],"first_id":null,"last_id":null,"has_more":false}""", past.GetRawText());
    }

    [Fact]
    public async Task A_page_has_20_batches_unless_asked_otherwise_and_100_at_most()
    {
        fixture.Require();
        ApiClient api = await fixture.NewTenantAsync();
        for (int i = 0; i < 21; i++)
        {
            await api.CreateAsync("file-x");
        }

        JsonElement page = await api.GetAsync("v1/batches");
        Assert.Equal((20, true), (page.GetProperty("data").GetArrayLength(), page.GetProperty("has_more").GetBoolean()));
        Assert.Equal(21, (await api.GetAsync("v1/batches?limit=100")).GetProperty("data").GetArrayLength());
        using HttpResponseMessage tooMany = await api.Http.GetAsync("v1/batches?limit=101");
        Assert.Equal("limit", (await ApiClient.ErrorAsync(tooMany, HttpStatusCode.BadRequest)).Text("param"));
    }

    [Fact]
    public async Task An_unknown_batch_is_not_found_by_its_id()
    {
        ApiClient api = fixture.Require();
        foreach (string path in new[] { "batch_x", "batch_x/results", "batch_x/events" })
        {
            using HttpResponseMessage response = await api.Http.GetAsync("v1/batches/" + path);
            JsonElement error = await ApiClient.ErrorAsync(response, HttpStatusCode.NotFound);
            Assert.Equal(("No batch found with id 'batch_x'.", "invalid_request_error"), (error.Text("message"), error.Text("type")));
        }
    }

    [Fact]
    public async Task An_empty_list_has_no_first_and_no_last_id_and_no_more()
    {
        fixture.Require();
        JsonElement page = await (await fixture.NewTenantAsync()).GetAsync("v1/batches");
        Assert.Equal("""{"object":"list","data":[],"first_id":null,"last_id":null,"has_more":false}""", page.GetRawText());
    }

    [Fact]
    public async Task A_listed_batch_is_the_retrieved_one()
    {
        fixture.Require();
        ApiClient api = await fixture.NewTenantAsync();
        JsonElement batch = await api.SubmitAsync(api.Lines(1));
        Assert.Equal(batch.GetRawText(), (await api.GetAsync("v1/batches")).GetProperty("data")[0].GetRawText());
    }
}
