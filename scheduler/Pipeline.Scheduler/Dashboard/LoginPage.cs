using Microsoft.Net.Http.Headers;

namespace Pipeline.Scheduler.Dashboard;

/// <summary>The form that asks for the operator's key.</summary>
internal static class LoginPage
{
    private const string Html =
        """
        <!doctype html>
        <html lang="en">
        <head>
          <meta charset="utf-8">
          <meta name="viewport" content="width=device-width, initial-scale=1">
          <title>Pipeline scheduler</title>
          <style>
            body { font: 16px/1.5 system-ui, sans-serif; color: #1c2430; background: #f4f6f8; display: grid; place-items: center; min-height: 100vh; margin: 0 }
            form { background: #fff; padding: 2rem; border: 1px solid #d8dee6; border-radius: 8px; width: min(22rem, 90vw); box-sizing: border-box }
            h1 { font-size: 1.2rem; margin: 0 0 1rem }
            label { display: block; font-size: .9rem }
            input, button { font: inherit; width: 100%; box-sizing: border-box; padding: .5rem .7rem; border-radius: 5px; margin-top: .4rem }
            input { border: 1px solid #b6c0cc }
            button { border: 0; background: #1f5fbf; color: #fff; margin-top: 1rem; cursor: pointer }
            p { color: #a3262a; margin: .8rem 0 0; font-size: .9rem }
          </style>
        </head>
        <body>
          <form method="post" action="/login">
            <h1>Pipeline scheduler</h1>
            <label for="key">The operator's API key</label>
            <input id="key" name="key" type="password" autocomplete="current-password" required autofocus>
            <button>Enter</button>
            <!--refused-->
          </form>
        </body>
        </html>
        """;

    public static IResult Show(HttpContext context, bool refused)
    {
        context.Response.Headers[HeaderNames.CacheControl] = "no-store";
        context.Response.Headers["Referrer-Policy"] = "no-referrer";
        string html = refused ? Html.Replace("<!--refused-->", "<p>This is not the key of an operator.</p>", StringComparison.Ordinal) : Html;
        return Results.Content(html, "text/html; charset=utf-8", statusCode: refused ? StatusCodes.Status401Unauthorized : StatusCodes.Status200OK);
    }
}
