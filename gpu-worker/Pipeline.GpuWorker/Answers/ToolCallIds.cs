using System.Security.Cryptography;
using System.Text;

namespace Pipeline.GpuWorker.Answers;

/// <summary>Names calls. The same answer gets the same ids whenever it is written.</summary>
internal static class ToolCallIds
{
    private const string Alphabet = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";

    /// <param name="completion">Names the completion.</param>
    /// <param name="call">The call in it, from 0.</param>
    /// <param name="isShort">Whether nine letters and digits are all that it may have; then ids of different answers may be the same.</param>
    public static string Make(string completion, int call, bool isShort)
    {
        Span<byte> hash = stackalloc byte[SHA256.HashSizeInBytes];
        SHA256.HashData(Encoding.UTF8.GetBytes($"{completion}/{call}"), hash);
        char[] letters = new char[isShort ? 9 : 24];
        for (int i = 0; i < letters.Length; i++)
        {
            letters[i] = Alphabet[hash[i] % Alphabet.Length];
        }
        return isShort ? new string(letters) : "call_" + new string(letters);
    }
}
