"""Names to practise with, of the many origins that Montana's schools know. Put together by chance;
they stand for nobody.
"""

LAST = """
Adkins Aguilar Allan Almand Aman Amundson Anders Anderson Andrews Ankeny Anselmo Arnold Arrowtop Bailey Baker Banner Barnes Bearchild
Beck Begay Bergstrom Big-Horse Birdsong Bjornstad Black Boone Bowman Brandt Braun Brekke Brennan Brooks Brown Bruun Burke Burton Byrne
Campbell Carlson Carter Castillo Chavez Christensen Clark Clausen Cole Collins Cooper Crow-Shoe Cruz Curtis Dahl Daniels Davies Davis
Deer-Runner Delgado Dempsey Diaz Dixon Donnelly Doyle Dubois Duncan Eagleman Eide Ellis Engstrom Erickson Espinoza Evans Fairbanks Falk
Ferguson Fischer Fisher Fitzgerald Flores Foster Fox Fraser Gallagher Garcia Gardner Gibson Gonzales Good-Strike Graham Grant Graves Gray
Green Griffin Gunderson Gustafson Haas Hagen Hale Hall Halvorson Hanley Hansen Harper Harris Hart Haugen Hawk Hayes Heller Henderson
Hernandez Hill Hoffman Holm Holter Howard Huang Hughes Hunt Iverson Jackson Jacobs James Jensen Johnson Jones Jordan Kane Keller Kelly
Kennedy Kim King Kittelson Klein Knudsen Koch Kowalski Kramer Lang Larson Lawson Lee Lefthand Lewis Lien Lindqvist Little-Owl Long Lopez
Lund Lynch Marsh Martinez Mason Mattson McBride McCarthy McDonald Medicine-Bow Meyer Miller Mitchell Moe Monroe Moore Morales Moran Morgan
Morris Murphy Murray Nelson Nguyen Nilsen Nolan Norris Novak O’Brien O’Neil Olsen Opsahl Ortiz Owens Palmer Parker Patel Pederson Perez
Perry Peters Peterson Pham Phillips Pierce Plenty-Hawk Porter Powell Price Quinn Ramirez Reed Reyes Rice Richards Rider Rivera Robinson
Rogers Romero Rose Ross Rowland Ruiz Running-Wolf Russell Ryan Sanchez Sandberg Sather Schmidt Schneider Scott Sharp Shaw Silva Simmons
Skaar Smith Snow Solberg Sorenson Spotted-Elk Stanley Stevens Stewart Stone Strand Sullivan Swan Tall-Bull Tanaka Taylor Thomas Thompson
Thorson Torres Tran Tucker Turner Two-Moons Vance Vargas Vogel Wagner Walker Wallace Ward Warren Watson Weber Wells West White Whitefeather
Wilcox Williams Wilson Wolf Wong Wood Wright Yang Yellowtail Young Zimmerman
""".split()  # noqa: SIM905 - names are read as a text, not as a list

FEMALE = """
Abigail Alexis Alice Amelia Amy Ana Anna Ashley Aubrey Autumn Ava Bailey Beatriz Brooke Camila Caroline Cecilia Charlotte Chloe Clara Cora
Daisy Daniela Delia Eden Elena Eliza Ella Emily Emma Esther Eva Faith Fern Freya Gabriela Gemma Grace Hannah Harper Hazel Heidi Ida Ingrid
Iris Isabel Ivy Jade Jane Jasmine Josie June Kate Kiona Lena Lily Linh Lucy Luz Mabel Macy Maeve Mara Maria Marta Maya Mei Mia Molly Nadia
Naomi Nora Olive Olivia Opal Paige Pearl Petra Phoebe Piper Quinn Rachel Reina Rose Rowan Ruby Ruth Sadie Sage Sara Signe Skye Sofia Stella
Tala Tessa Thea Violet Willa Winona Wren Ximena Zoe
""".split()  # noqa: SIM905 - names are read as a text, not as a list

MALE = """
Aaron Adam Alan Alex Amos Andrew Anton Asher Austin Beau Ben Blake Bodhi Brandon Caleb Carl Carlos Carson Casey Chase Cody Cole Connor Cooper
Cruz Dakota Damian Daniel David Dean Diego Dominic Drew Dylan Eli Elias Emmett Erik Ethan Evan Felix Finn Gabriel Gage Grady Grant Gus Hank
Harlan Henry Hugo Hunter Ian Isaac Ivan Jack Jaime Jake Jesse Joel John José Josh Juan Jude Kai Keith Kyle Lars Leo Levi Liam Logan Luis Luke
Mark Mateo Max Micah Miles Minh Nate Nels Noah Nolan Oliver Omar Oscar Otto Owen Pablo Paul Peter Quentin Reid Rhett River Rory Ryan Sam Seth
Silas Simon Soren Tanner Theo Thomas Trent Tyler Victor Wade Walker Wesley Will Wyatt Xavier Zane
""".split()  # noqa: SIM905 - names are read as a text, not as a list
