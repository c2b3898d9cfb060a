namespace Pipeline.Tokenization.Requests;

/// <summary>How an answer writes vectors.</summary>
public enum EmbeddingEncoding
{
    /// <summary>As JSON numbers.</summary>
    Float,

    /// <summary>As base64 of their values in little-endian float32.</summary>
    Base64,
}
