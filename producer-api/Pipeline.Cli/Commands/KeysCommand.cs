using System.CommandLine;
using Pipeline.Cli.Api;
using Pipeline.Cli.Output;

namespace Pipeline.Cli.Commands;

/// <summary><c>keys ...</c>: the tenant's API keys, for its administrators.</summary>
internal static class KeysCommand
{
    public static Command Create(CommandContext context) => new("keys", "The tenant's API keys, for its administrators.")
    {
        CreateKey(context),
        List(context),
        Rotate(context),
        Revoke(context),
    };

    private static Command CreateKey(CommandContext context)
    {
        Argument<string> name = new("NAME") { Description = "What it is for." };
        Option<string> role = new("--role") { Description = "viewer, user or admin.", DefaultValueFactory = _ => "user" };
        Option<string[]> scopes = new("--scope") { Description = "One of the role's scopes, such as batches:read, several times for several; all of them unless given." };
        Option<int?> days = new("--days") { Description = "Days until it ends by itself; never unless given." };
        Command command = new("create", "Make a key; prints its secret, which nobody can show again.") { name, role, scopes, days };
        command.SetAction((arguments, cancellationToken) => context.RunAsync(async client => Show(context, await client.CreateKeyAsync(
            new
            {
                name = arguments.GetRequiredValue(name),
                role = arguments.GetRequiredValue(role),
                scopes = arguments.GetValue(scopes) is { Length: > 0 } named ? named : null,
                expires_in_seconds = arguments.GetValue(days) * 86_400,
            },
            cancellationToken))));
        return command;
    }

    private static Command List(CommandContext context)
    {
        Command command = new("list", "List keys, newest first: id, beginning of the secret, role, state, last use, name.");
        command.SetAction((_, cancellationToken) => context.RunAsync(async client =>
        {
            long now = context.Time.GetUtcNow().ToUnixTimeSeconds();
            await foreach (KeyView key in client.ListAsync<KeyView>("v1/keys", cancellationToken))
            {
                string state = key.RevokedAt is not null ? "revoked" : key.ExpiresAt <= now ? "expired" : "valid";
                string used = key.LastUsedAt is { } time ? UtcTime.Of(time) : "never";
                context.Out.WriteLine($"{key.Id}  {key.Prefix}  {key.Role,-8}  {state,-7}  {used,-20}  {key.Name}");
            }

            return ExitCodes.Success;
        }));
        return command;
    }

    private static Command Rotate(CommandContext context)
    {
        Argument<string> id = Argument();
        Option<int> grace = new("--grace") { Description = "Seconds for which the old secret stays good.", DefaultValueFactory = _ => 86_400 };
        Command command = new("rotate", "Give a key a new secret, and print it; the old one stays good for a day, or as long as asked for.") { id, grace };
        command.SetAction((arguments, cancellationToken) => context.RunAsync(async client =>
            Show(context, await client.RotateKeyAsync(arguments.GetRequiredValue(id), arguments.GetValue(grace), cancellationToken))));
        return command;
    }

    private static Command Revoke(CommandContext context)
    {
        Argument<string> id = Argument();
        Command command = new("revoke", "Revoke a key: it opens nothing from now on.") { id };
        command.SetAction((arguments, cancellationToken) => context.RunAsync(async client =>
        {
            await client.RevokeKeyAsync(arguments.GetRequiredValue(id), cancellationToken);
            return ExitCodes.Success;
        }));
        return command;
    }

    private static Argument<string> Argument() => new("KEY") { Description = "The key's id, as create and list print it." };

    // The secret alone is for programs: KEY=$(./pipeline keys create NAME).
    private static int Show(CommandContext context, KeyView key)
    {
        context.Error.WriteLine(key.Id);
        context.Out.WriteLine(key.Secret);
        return ExitCodes.Success;
    }
}
