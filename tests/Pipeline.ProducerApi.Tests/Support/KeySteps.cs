using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text.Json;
using Pipeline.Data.Entities;

namespace Pipeline.ProducerApi.Tests.Support;

/// <summary>What tests do with keys and tenants.</summary>
internal static class KeySteps
{
    public static Task<ApiClient> NewAdminAsync(this ApiFixture fixture) => fixture.NewTenantAsync(change: key => key.Role = ApiKeyRole.Admin);

    public static Task<ApiClient> NewOperatorAsync(this ApiFixture fixture) => fixture.NewTenantAsync(change: key => key.Role = ApiKeyRole.Operator);

    public static async Task<JsonElement> OkAsync(this ApiClient api, HttpMethod method, string path, object? body = null)
    {
        using HttpResponseMessage response = await api.SendAsync(method, path, body);
        return await ApiClient.OkAsync(response);
    }

    public static async Task<JsonElement> RefusedAsync(this ApiClient api, HttpMethod method, string path, HttpStatusCode status, object? body = null)
    {
        using HttpResponseMessage response = await api.SendAsync(method, path, body);
        return await ApiClient.ErrorAsync(response, status);
    }

    public static async Task<HttpStatusCode> StatusAsync(Uri url, string key)
    {
        using HttpClient http = new() { BaseAddress = url };
        http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", key);
        using HttpResponseMessage response = await http.GetAsync("v1/models");
        return response.StatusCode;
    }

    private static async Task<HttpResponseMessage> SendAsync(this ApiClient api, HttpMethod method, string path, object? body)
    {
        using HttpRequestMessage request = new(method, path) { Content = body is null ? null : JsonContent.Create(body) };
        return await api.Http.SendAsync(request);
    }
}
