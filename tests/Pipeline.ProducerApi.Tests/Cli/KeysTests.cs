using System.Net;
using Pipeline.Cli.Commands;
using Pipeline.ProducerApi.Tests.Support;
using Pipeline.Testing;
using Spectre.Console;

namespace Pipeline.ProducerApi.Tests.Cli;

public sealed class KeysTests(ApiFixture fixture) : IClassFixture<ApiFixture>
{
    [Fact]
    public async Task A_key_is_made_listed_rotated_and_revoked_from_a_shell()
    {
        fixture.Require();
        ApiClient admin = await fixture.NewAdminAsync();
        (int code, string secret, string id) = await RunAsync(admin, "keys", "create", "reports", "--role", "viewer", "--scope", "files:read", "--scope", "batches:read", "--days", "2");
        Assert.Equal((0, HttpStatusCode.OK), (code, await KeySteps.StatusAsync(fixture.Url, secret)));
        Assert.Equal("""["batches:read","files:read"]""", (await admin.GetAsync("v1/keys/" + id)).Raw("scopes"));

        (code, string list, _) = await RunAsync(admin, "keys", "list");
        Assert.Equal(0, code);
        Assert.Matches($"(?m)^{id}  {secret[..10]}  viewer    valid    .{{20}}  reports$", list);
        Assert.Equal(2, list.Split('\n').Length);

        (code, string next, _) = await RunAsync(admin, "keys", "rotate", id, "--grace", "0");
        Assert.Equal((0, HttpStatusCode.OK, HttpStatusCode.Unauthorized), (code, await KeySteps.StatusAsync(fixture.Url, next), await KeySteps.StatusAsync(fixture.Url, secret)));

        Assert.Equal((0, "", ""), await RunAsync(admin, "keys", "revoke", id));
        await Eventually.HoldsAsync(async () => await KeySteps.StatusAsync(fixture.Url, next) == HttpStatusCode.Unauthorized);
        Assert.Contains("  revoked  ", (await RunAsync(admin, "keys", "list")).Out, StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_a_key_may_not_do_is_said_in_a_line()
    {
        ApiClient user = fixture.Require();
        (int code, _, string error) = await RunAsync(user, "keys", "create", "reports");
        Assert.Equal(3, code);
        Assert.StartsWith("pipeline: HTTP 403: You have insufficient permissions for this operation. Missing scopes: admin.", error, StringComparison.Ordinal);
    }

    private async Task<(int Code, string Out, string Error)> RunAsync(ApiClient api, params string[] arguments)
    {
        StringWriter output = new(), error = new();
        CommandContext context = new(
            output,
            error,
            AnsiConsole.Create(new AnsiConsoleSettings { Ansi = AnsiSupport.No, Out = new AnsiConsoleOutput(TextWriter.Null) }),
            name => name switch { "PIPELINE_URL" => fixture.Url.ToString(), "PIPELINE_API_KEY" => api.Key, _ => null },
            TimeProvider.System);
        int code = await CommandLine.RunAsync(arguments, context);
        return (code, output.ToString().TrimEnd('\n'), error.ToString().TrimEnd('\n'));
    }
}
