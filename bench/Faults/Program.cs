Console.Error.WriteLine("The engine of the fault run is not here yet.");
return 2;
