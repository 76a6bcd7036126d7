export interface PlantedActivities {
  sendPart(input: string): Promise<void>;
}
export const collaborator = 1;
