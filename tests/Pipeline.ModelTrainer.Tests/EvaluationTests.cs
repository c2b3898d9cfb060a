using Pipeline.ModelTrainer.Evaluation;

namespace Pipeline.ModelTrainer.Tests;

public sealed class EvaluationTests : IDisposable
{
    private readonly string directory = Directory.CreateTempSubdirectory("trainer-").FullName;

    public void Dispose() => Directory.Delete(directory, recursive: true);

    [Fact]
    public void Fields_count_as_exact_near_or_wrong()
    {
        var scores = new FieldScores();
        var right = new Dictionary<string, string?> { ["total"] = "9.00", ["date"] = null, ["address"] = "NO 1, JALAN X" };
        scores.Add("""{"total":"9.00","date":null,"address":"no 1 jalan x"}""", right);
        scores.Add("""{"total":"8.00","date":"1/2/2018"}""", right);
        scores.Add("not json", right);
        scores.Add(null, right);
        Assert.Equal((4, 2), (scores.Documents, scores.Valid));
        Assert.Equal(0.25, scores.Exact("total"));
        Assert.Equal(0.25, scores.Exact("date"));
        Assert.Equal(0, scores.Exact("address"));
        Assert.Equal(0.25, scores.Near("address"));
    }

    [Fact]
    public void A_missing_field_is_not_a_field_that_is_said_to_be_null()
    {
        var scores = new FieldScores();
        scores.Add("{}", new Dictionary<string, string?> { ["date"] = null });
        Assert.Equal(0, scores.Exact("date"));
    }

    [Fact]
    public void Answers_are_read_from_an_output_file_and_failed_requests_have_none()
    {
        var path = Path.Combine(directory, "output.jsonl");
        File.WriteAllText(path, """
            {"id":"r1","custom_id":"a","response":{"status_code":200,"request_id":"x","body":{"choices":[{"message":{"role":"assistant","content":"{}"}}]}},"error":null}
            {"id":"r2","custom_id":"b","response":{"status_code":500,"request_id":"y","body":{"error":{"message":"no"}}},"error":null}
            {"id":"r3","custom_id":"c","response":null,"error":{"code":"batch_expired","message":"late"}}

            """);
        Assert.Equal(new Dictionary<string, string> { ["a"] = "{}" }, BatchOutput.Read(path));
    }

    [Fact]
    public void Labels_are_read_by_custom_id_or_id()
    {
        var path = Path.Combine(directory, "labels.jsonl");
        File.WriteAllText(path, """
            {"custom_id":"a","fields":{"total":"1.00"}}
            {"id":"b","text":"TOTAL 2.00","fields":{"total":"2.00","date":null}}

            """);
        var labels = LabelledDocument.Read(path);
        Assert.Equal(["a", "b"], labels.Select(l => l.Id));
        Assert.Equal("TOTAL 2.00", labels[1].Text);
        Assert.Null(labels[1].Fields["date"]);
    }
}
