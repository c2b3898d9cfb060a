using Microsoft.AspNetCore.Http;
using Pipeline.Scheduler.Webhooks;
using StandardWebhooks;
using StandardWebhooks.Diagnostics;

namespace Pipeline.Scheduler.Tests.Webhooks;

public sealed class WebhookSignatureTests
{
    private const string Secret = "whsec_RdvaYFYUXuIFuEbvZHwMfYFhUf7aMYjYcmM24+Aj40c=";

    // OpenAI's own example of a signed delivery.
    [Fact]
    public void The_test_vector_gives_the_signature_that_it_should() => Assert.Equal(
        "v1,gUAg4R2hWouRZqRQG4uJypNS8YK885G838+EHb4nKBY=",
        WebhookSignature.Of(
            [Secret],
            "wh_685c059ae39c8190af8c71ed1022a24d",
            1750861210,
            """{"id": "evt_685c059ae3a481909bdc86819b066fb6", "object": "event", "created_at": 1750861210, "type": "response.completed", "data": {"id": "resp_123"}}"""));

    [Theory]
    [InlineData("{}")]
    [InlineData("""{"id":"evt_1","data":{"custom_id":"Größe 😀"}}""")]
    public void An_independent_library_accepts_what_either_of_two_secrets_signed(string body)
    {
        const string Other = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";
        long now = TimeProvider.System.GetUtcNow().ToUnixTimeSeconds();
        HeaderDictionary headers = new()
        {
            ["webhook-id"] = "wh_1", ["webhook-timestamp"] = $"{now}", ["webhook-signature"] = WebhookSignature.Of([Secret, Other], "wh_1", now, body),
        };
        new StandardWebhook(Secret).Verify(body, headers);
        Assert.Throws<WebhookVerificationException>(() => new StandardWebhook(Secret).Verify(body + " ", headers));

        // The specification has receivers try each signature; this library tries the first.
        headers["webhook-signature"] = headers["webhook-signature"].ToString().Split(' ')[1];
        new StandardWebhook(Other).Verify(body, headers);
        Assert.Throws<WebhookVerificationException>(() => new StandardWebhook("whsec_C2FVsBQIhrscChlQIMV+b5sSYspob7oD").Verify(body, headers));
    }
}
