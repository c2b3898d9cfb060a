namespace Pipeline.Engine.Models.Families;

/// <summary>
/// A family of models: what sets it apart from the others, said in the terms of <see cref="ModelConfig"/>. One decoder computes all
/// of them. A new family is a file here and an entry in <see cref="ModelFamilies"/>.
/// </summary>
internal interface IModelFamily
{
    /// <summary>The values of <c>model_type</c> in config.json that are the family's.</summary>
    IReadOnlyList<string> ModelTypes { get; }

    /// <summary>Reads the configuration, but for the end tokens.</summary>
    /// <exception cref="UnsupportedModelException">It asks for something that would be computed wrongly.</exception>
    ModelConfig Read(JsonSection config);
}
