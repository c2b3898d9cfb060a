using System.CommandLine;
using Pipeline.ModelTrainer.Commands;

var root = new RootCommand("Makes up documents, trains the small model that ships with the project, and measures it.")
{
    TokenizerCommand.Create(),
    TrainCommand.Create(),
    EvaluateCommand.Create(),
    SampleDocumentsCommand.Create(),
};
return await root.Parse(args).InvokeAsync();
